// Numbers that keep some rules: judged as in exercises/numbers.py; `formula.js` reads the rules.

const TOLERANCE = 1e-9;
const RELATIONS = {
  "=": (gap, tolerance) => Math.abs(gap) <= tolerance,
  "!=": (gap, tolerance) => Math.abs(gap) > tolerance,
  "<=": (gap, tolerance) => gap <= tolerance,
  ">=": (gap, tolerance) => gap >= -tolerance,
  "<": (gap, tolerance) => gap < -tolerance,
  ">": (gap, tolerance) => gap > tolerance,
};

const written = (number) =>
  Number.isFinite(number) ? String(Number(number.toPrecision(6))).replace("-", "−") : "no number";

/** The numbers that a text lists, or what is wrong with one of them. */
function listed(text) {
  const parts = text.replace(/[[\]]/g, "").replaceAll(";", ",").split(",");
  return parts.map((part, at) => {
    try {
      const number = parse(part, [])({});
      if (!Number.isFinite(number)) throw new Mistake("it has no value", 0);
      return number;
    } catch (mistake) {
      if (!(mistake instanceof Mistake)) throw mistake;
      throw new Mistake(`Number ${at + 1}: ${mistake.message}`, 0);
    }
  });
}

/** What is said of a text. */
export function judge(text, { names, rules, whole }) {
  if (!text.trim()) return { kind: "empty", words: "Type your answer, then press Enter." };
  let numbers;
  try {
    numbers = listed(text);
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    return { kind: "mistake", words: `${mistake.message}.` };
  }
  const wrong = (words) => ({ kind: "wrong", words: `Not yet: ${words}.` });
  if (numbers.length !== names.length) {
    const few = names.length === 1 ? "one number is" : `${names.length} numbers are`;
    return wrong(`${few} asked for: ${names.join(", ")}; you gave ${numbers.length}`);
  }
  const broken = names.find((name, at) => whole && !Number.isInteger(numbers[at]));
  if (broken) return wrong(`${broken} has to be a whole number`);
  const point = Object.fromEntries(names.map((name, at) => [name, numbers[at]]));
  for (const [formula, relation, bound, words] of rules) {
    const value = parse(formula, names)(point);
    const tolerance = TOLERANCE * Math.max(1, Math.abs(bound));
    if (!(Number.isFinite(value) && RELATIONS[relation](value - bound, tolerance))) {
      return wrong(words.replaceAll("{}", written(value)));
    }
  }
  return { kind: "right", words: "Right." };
}

function render({ model, el }) {
  const id = freshId();
  const asks = model.get("asks");
  const input = formulaInput(id, 300);
  const kept = keep(model.get("exercise"), input, () => show({ kind: "", words: "" }));
  const form = h(
    "form",
    { class: "answer-form" },
    h("label", { for: id }, `${asks}:`),
    input,
    h("button", { type: "submit" }, "Check"),
    ...kept.parts,
  );
  const says = spoken();
  says.id = `${id}-says`;
  const names = model.get("names");
  const help =
    names.length === 1
      ? "The answer is a number."
      : `In this order, with commas: ${model.get("vocabulary").join("; ")}.`;
  mount(el, `Your answer: ${asks}`, form, says, ...hintsOf(model.get("hints")), h("p", { class: "answer-letters" }, help));

  function show({ kind, words }) {
    el.dataset.verdict = kind;
    says.textContent = words;
    input.setAttribute("aria-invalid", String(kind === "mistake"));
  }
  const verdict = () =>
    judge(input.value, { names, rules: model.get("rules"), whole: model.get("whole") });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(model, { answer: input.value });
    show(verdict());
    kept.checked(verdict().kind);
  });
  input.addEventListener("input", () => show({ kind: "", words: "" }));
  input.addEventListener("change", kept.typed);
  if (kept.answer && !model.get("answer")) {
    input.value = kept.answer;
    if (verdict().kind === "right") show(verdict());
    change(model, { answer: kept.answer });
  }
  return follow(model, ["answer"], () => {
    const answer = model.get("answer");
    if (answer === input.value) return;
    input.value = answer;
    show(verdict());
  });
}

export default { render };
