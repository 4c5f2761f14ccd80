// A front end as a later explorer might have it: buttons and keys walk through named states.
function render({ model, el }) {
  const states = model.get("states");
  const go = (step) => change(model, { step: Math.max(0, Math.min(step, states.length - 1)) });
  const button = (label, by) => {
    const element = h("button", { type: "button" }, label);
    element.addEventListener("click", () => go(model.get("step") + by));
    return element;
  };
  const says = spoken();
  mount(el, "Stepper", button("back", -1), button("forward", 1), says);
  el.addEventListener("keydown", ({ key }) => key === "End" && go(states.length - 1));
  return follow(model, ["step"], () => {
    says.textContent = states[model.get("step")];
  });
}

export default { render };
