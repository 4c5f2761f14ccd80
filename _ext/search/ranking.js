// Finds sections of the book. A classic script: a page that is opened from its file loads no other.
{
  const FIELDS = { title: 4, names: 3, above: 2, text: 1, code: 0.4 };
  const ASIDE = /^(summary|exercises)$/i; // they say again what a section says
  const SOME = 10; // sections that are made known in one go
  const FAINT = 100; // times worse than the best: not worth a look
  const TOKEN = /[\p{L}\p{N}]+[′″]*|[∂∇⊙∘∗×⌊]/gu;
  const POSSESSIVE = /(?<=\p{Script=Latin}{2})′$/u;
  const SPELLINGS = [
    [/is(?=(e|ed|es|ing|er|ation|ations)$)/, "iz"],
    [/our(?=(s|ed|ing)?$)/, "or"],
    [/tr(?=e[ds]?$)/, "ter"],
  ];
  // What may go from the end of a word, and how many letters have to be left.
  const ENDINGS = [
    [/([^sua])s$/, "$1", 3],
    [/(ing|ed|ation)$/, "", 4],
    [/e$/, "", 3],
    [/([bdgmnpt])\1$/, "$1", 3],
  ];
  const IDLE = new Set(
    `a an and any are as at by can do does for from how i in into is it its my not of on or that the
    this to use using vs what when where which with you your`.split(/\s+/).map(stem),
  );

  /** Bring a word to the form that it shares with its plural, its -ing, its American spelling. */
  function stem(word) {
    for (const [british, american] of SPELLINGS) word = word.replace(british, american);
    for (const [ending, kept, least] of ENDINGS) {
      const short = word.replace(ending, kept);
      if (short.length >= least) word = short;
    }
    return word;
  }

  /** Return the words of a text, each with its place and its stem. */
  function words(text) {
    const plain = text.toLowerCase().replace(/['’´`]/g, "′"); // as long as the text
    return Array.from(plain.matchAll(TOKEN), ({ 0: word, index: start }) => {
      return { stem: stem(word.replace(POSSESSIVE, "")), start, end: start + word.length };
    });
  }

  const stems = (text) => words(text.normalize("NFC")).map((word) => word.stem);
  const telling = (text) => stems(text).filter((term) => !IDLE.has(term));

  /** Count the letters that were left out, added, mistaken or swapped; stop above a limit. */
  function slips(a, b, limit) {
    if (Math.abs(a.length - b.length) > limit) return Infinity;
    let before = [];
    let last = Array.from({ length: b.length + 1 }, (_, k) => k);
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      if (Math.min(...row) > limit) return Infinity;
      [before, last] = [last, row];
    }
    return last[b.length];
  }

  /** A title, to be compared with what was asked for: little words count half. */
  function heading(text) {
    const terms = new Set(telling(text));
    return { terms, size: terms.size + (stems(text).length - terms.size) / 2 };
  }

  /** Say how nearly a title is what was asked for: from 0, not at all, to 1, word by word. */
  function nearness({ terms, size }, found, asked) {
    const hits = Math.min(found.filter((term) => terms.has(term)).length, asked.length);
    return hits && (hits / asked.length) ** 2 * (0.3 + 0.7 * (hits / size) ** 2);
  }

  class BookSearch {
    static words = words;

    constructor(MiniSearch, { pages, sections, synonyms }) {
      this.sections = sections.map(([page, anchor, number, title, above, names, text, code], id) => {
        return { id, url: `${pages[page]}#${anchor}`, number, title, above, names, text, code };
      });
      this.headings = [];
      this.synonyms = synonyms.map((pair) => pair.map(telling));
      this.known = new Map(); // each word of the book, and how often it occurs
      const learn = (term) => this.known.set(term, (this.known.get(term) ?? 0) + 1);
      this.synonyms.flat(2).forEach(learn);
      this.index = new MiniSearch({
        fields: Object.keys(FIELDS),
        tokenize: telling,
        processTerm: (term) => (learn(term), term),
        searchOptions: { boost: FIELDS },
      });
    }

    /** Make the sections known, some at a time: meanwhile the page answers its reader. */
    async fill() {
      for (let at = 0; at < this.sections.length; at += SOME) {
        const some = this.sections.slice(at, at + SOME);
        for (const { title, above, names } of some) {
          const named = names.split(", ").map(heading);
          this.headings.push({ title: heading(title), path: heading(`${above} ${title}`), named });
        }
        this.index.addAll(some);
        await new Promise((resolve) => setTimeout(resolve));
      }
    }

    /** Return the sections that are found, the best first, with the `terms` found in each. */
    find(query) {
      const asked = telling(query).length ? telling(query) : stems(query);
      const best = new Map();
      for (const { terms, weight } of this.#readings(asked.map((term) => this.#meant(term)))) {
        for (const result of this.#ask(terms)) {
          const score = weight * result.score * this.#closeness(result, terms);
          if (score > (best.get(result.id)?.score ?? 0)) {
            best.set(result.id, { ...this.sections[result.id], score, terms: result.terms });
          }
        }
      }
      const found = [...best.values()].sort((a, b) => b.score - a.score);
      return found.filter(({ score }) => score > found[0].score / FAINT);
    }

    /** Return the word of the book that is nearest to a mistyped one; half a word may stay. */
    #meant(term) {
      if (term.length < 4 || this.known.has(term)) return term;
      let best = { word: term, count: term.length < 6 ? 1 : 2, times: 0 };
      for (const [word, times] of this.known) {
        if (word.startsWith(term)) return term;
        const count = slips(term, word, best.count);
        const better = count < best.count || (count === best.count && times > best.times);
        if (better) best = { word, count, times };
      }
      return best.word;
    }

    /** Yield a query as it stands, then in the words of the book. */
    *#readings(asked) {
      yield { terms: asked, weight: 1 };
      let first = true;
      for (const [theirs, ours] of this.synonyms) {
        const at = asked.findIndex((_, k) => theirs.every((term, j) => asked[k + j] === term));
        if (at < 0) continue;
        const terms = [...asked.slice(0, at), ...ours, ...asked.slice(at + theirs.length)];
        const whole = theirs.length === asked.length;
        yield { terms: [...new Set(terms)], weight: whole && first ? 3 : 1 };
        if (whole) first = false;
      }
    }

    #ask(terms) {
      return this.index.search(terms.join(" "), {
        tokenize: (text) => text.split(" "),
        processTerm: (term) => term,
        prefix: (term, k) => !this.known.has(term) || (k === terms.length - 1 && term.length > 2),
        boostDocument: (id) => (ASIDE.test(this.sections[id].title) ? 0.4 : 1),
      });
    }

    /** Weigh a result by its title, by the names of its equations, and by what is missing in it. */
    #closeness({ id, match, queryTerms }, terms) {
      const { title, path, named } = this.headings[id];
      const [inTitle, inPath, ...inNames] = [title, path, ...named].map((text) => {
        return nearness(text, Object.keys(match), terms);
      });
      const near = 1 + 8 * inTitle + 3 * inPath + 12 * Math.max(...inNames);
      return near * (new Set(queryTerms).size / terms.length ** 2) ** 2;
    }
  }

  globalThis.BookSearch = BookSearch;
}
