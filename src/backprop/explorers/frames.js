/** Undo `_pack`: the pictures, as functions of the prefix of their ids. */
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const [lines, pictures] = await new Response(stream).json();
  return pictures.map((picture) => picture.map((index) => lines[index]).join(""));
}

/** The position of the value nearest to a number. */
function nearest(values, number) {
  const distances = values.map((value) => Math.abs(value - number));
  return distances.indexOf(Math.min(...distances));
}

async function render({ model, el }) {
  const id = freshId();
  const alt = model.get("alt");
  const sentences = model.get("sentences");
  const axes = model.get("sliders");
  const sliders = axes.map(({ name, label, values }) =>
    slider({
      label,
      min: 0,
      max: values.length - 1,
      moved: (position) => change(model, { [name]: values[position] }),
    }),
  );
  const style = `aspect-ratio: ${model.get("size").join(" / ")}`;
  const picture = h("div", { class: "frames-picture", role: "img", "aria-label": alt, style });
  const says = spoken();
  keepRoom(says, sentences);
  mount(
    el,
    alt,
    h("div", { class: "explorer-sliders" }, ...sliders.map(({ element }) => element)),
    picture,
    says,
  );
  let pictures;

  function draw() {
    let frame = 0;
    axes.forEach(({ name, values, texts }, k) => {
      const position = nearest(values, model.get(name));
      sliders[k].show(position, texts[position]);
      frame = frame * values.length + position;
    });
    says.textContent = sentences[frame];
    if (pictures) picture.innerHTML = pictures[frame].replaceAll("@", `${id}-`);
  }
  const stop = follow(model, axes.map(({ name }) => name), draw);
  pictures = await unpack(model.get("frames"));
  draw();
  return stop;
}

export default { render };
