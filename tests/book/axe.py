"""axe-core, run in a page: all its rules, but no selectors of the elements that pass."""

from importlib.resources import files

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# axe's objects hold their private fields in weak maps, filled anew for each colour of each element:
# held by the objects themselves they take a third of the time
FIELDS = """
class Fields {
    key = Symbol();
    has(object) { return this.key in object; }
    get(object) { return object[this.key]; }
    set(object, value) { object[this.key] = value; return this; }
    add(object) { return this.set(object, true); }
    delete(object) { return delete object[this.key]; }
}
const WeakMap = Fields, WeakSet = Fields;
"""
RUN = """async (preload) => {
    const { violations } = await axe.run({ preload, selectors: false });
    return violations.map(({ help, nodes }) => [help, nodes.map((node) => node.html)]);
}"""
SETTLED = "Promise.all(document.getAnimations().map((animation) => animation.finished))"


def violations(page, *, preload=True):
    """Return what axe finds wrong with a page as it looks now, and the elements.

    Without ``preload`` no rule is applied that reads the style sheets themselves.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{{{FIELDS}{AXE}}}")
    page.evaluate(SETTLED)
    return page.evaluate(RUN, preload)
