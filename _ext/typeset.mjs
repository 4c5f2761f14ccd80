// Typesets formulas. Each line that is read is a JSON array: TeX, and whether it is displayed. Each
// line that is written is a JSON object: `mathml`, or `error` for what Temml cannot typeset.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { typeset } from "./formula.mjs";

const { default: temml } = await import(pathToFileURL(process.argv[2]));

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { mathml: typeset(temml, ...JSON.parse(line)) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
