// An editor for a few lines of Python: CodeMirror, with what such lines need and no more.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const setWrong = StateEffect.define();
const wrongLine = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const { value } of transaction.effects.filter((effect) => effect.is(setWrong))) {
      const { lines } = transaction.state.doc;
      if (!value || value > lines) return Decoration.none;
      const { from } = transaction.state.doc.line(value);
      return Decoration.set(Decoration.line({ class: "live-wrong" }).range(from));
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Make an editor in a parent; `on` has `run`, `leave` and `change`. */
export function editor(parent, doc, on) {
  const does = (act) => () => {
    act();
    return true;
  };
  const view = new EditorView({
    parent,
    doc,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      bracketMatching(),
      indentUnit.of("    "),
      pythonLanguage,
      syntaxHighlighting(classHighlighter),
      wrongLine,
      Prec.highest(
        keymap.of([
          { key: "Mod-Enter", run: does(on.run) },
          { key: "Escape", run: does(on.leave) },
        ]),
      ),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": "Code of the proof; Control Enter runs it, Escape leaves",
        autocapitalize: "none",
      }),
      EditorView.updateListener.of((update) => update.docChanged && on.change()),
    ],
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(insert) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
    },
    mark: (line) => view.dispatch({ effects: setWrong.of(line) }),
    focus: () => view.focus(),
    remove: () => view.destroy(),
  };
}
