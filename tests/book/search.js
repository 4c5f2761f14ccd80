// Searches the built book, in Node: `node search.js FOLDER`, with a JSON array of queries as input.
// The answer is what each query finds, and what of the synonyms finds nothing.
const { readFileSync } = require("node:fs");
const { runInThisContext } = require("node:vm");

for (const name of ["minisearch", "sections", "ranking"]) {
  runInThisContext(readFileSync(`${process.argv[2]}/${name}.js`, "utf-8"));
}
const { book, BookSearch, MiniSearch } = globalThis;
const search = new BookSearch(MiniSearch, book);
search.fill().then(() => {
  const found = JSON.parse(readFileSync(0, "utf-8")).map((query) => search.find(query));
  const idle = book.synonyms.filter(([, ours]) => {
    return !search.index.search(ours, { combineWith: "AND" }).length;
  });
  process.stdout.write(JSON.stringify({ found, idle, sections: search.sections }));
});
