// What the boxes for answers share: the form to type into, and what is said and kept of an answer.

/**
 * The form of an exercise. `judged` gives the verdict on a text, `read` hears that the text has
 * changed, `shown` which verdict is shown; `start` begins with the answer of earlier times.
 */
function answerForm({ model, el }, { sign, judged, read = () => {}, shown = () => {} }) {
  const id = freshId();
  const input = formulaInput(id, 300);
  const kept = keep(model.get("exercise"), input);
  const form = h(
    "form",
    { class: "answer-form" },
    h("label", { for: id }, `${model.get("asks")}${sign}`),
    input,
    h("button", { type: "submit" }, "Check"),
    ...kept.parts,
  );
  const says = spoken();
  says.id = `${id}-says`;

  function show(verdict) {
    el.dataset.verdict = verdict.kind;
    says.textContent = verdict.words;
    input.setAttribute("aria-invalid", String(verdict.kind === "mistake"));
    shown(verdict);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(model, { answer: input.value });
    const verdict = judged(input.value);
    show(verdict);
    kept.checked(verdict.kind);
  });
  input.addEventListener("input", () => {
    show({ kind: "", words: "" });
    read();
  });

  /** Show the answer that was kept, then each that is set; returns what stops it. */
  function start() {
    if (kept.answer && !model.get("answer")) {
      input.value = kept.answer;
      read();
      const verdict = judged(input.value);
      if (verdict.kind === "right") show(verdict);
      change(model, { answer: kept.answer });
    }
    return follow(model, ["answer"], () => {
      const answer = model.get("answer");
      if (answer === input.value) return;
      input.value = answer;
      read();
      show(judged(input.value));
    });
  }
  return { form, input, says, typed: kept.typed, start };
}
