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
  const names = model.get("names");
  const { form, input, says, typed, start } = answerForm(
    { model, el },
    {
      sign: ":",
      judged: (text) => judge(text, { names, rules: model.get("rules"), whole: model.get("whole") }),
    },
  );
  const help =
    names.length === 1
      ? "The answer is a number."
      : `In this order, with commas: ${model.get("vocabulary").join("; ")}.`;
  mount(
    el,
    `Your answer: ${model.get("asks")}`,
    form,
    says,
    ...hintsOf(model.get("hints")),
    h("p", { class: "answer-letters" }, help),
  );
  input.addEventListener("change", typed);
  return start();
}

export default { render };
