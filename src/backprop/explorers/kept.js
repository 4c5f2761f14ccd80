// What a reader typed into the box of an exercise, and whether it was right once: kept on his
// device, if the browser lets us, so that it is there when the page is opened again.

const EXERCISE = "exercise "; // before its name, in the device's storage

/** The record of an exercise, with a tick once it is solved and a button that forgets it all. */
function keep(exercise, input) {
  const key = EXERCISE + exercise;
  const tick = h("span", { class: "answer-tick", role: "img", "aria-label": "solved" }, "✓");
  const clear = h("button", { type: "button", class: "answer-clear" }, "×");
  for (const name of ["aria-label", "title"]) clear.setAttribute(name, "Clear your answer");
  let record = { answer: "", solved: false };
  const draw = () => {
    tick.hidden = !record.solved;
    clear.classList.toggle("answer-nothing", !input.value && !record.answer && !record.solved);
  };
  try {
    record = { ...record, ...JSON.parse(localStorage.getItem(key)) };
  } catch {
    // then it lasts as long as the page
  }
  function write(solved) {
    record = { answer: input.value, solved };
    draw();
    try {
      if (solved || input.value) localStorage.setItem(key, JSON.stringify(record));
      else localStorage.removeItem(key);
    } catch {
      // as above
    }
  }
  clear.addEventListener("click", () => {
    input.value = "";
    write(false);
    input.dispatchEvent(new Event("input"));
    input.focus();
  });
  draw();
  return {
    parts: [clear, tick],
    answer: record.answer,
    typed: () => write(record.solved),
    checked: (kind) => write(record.solved || kind === "right"),
  };
}
