// Makes the chosen picture small enough for every page, and sends it as text.

const HIGH = 96; // twice what is shown, for sharp screens
const WIDE = 480;
const MOST_LETTERS = 13000; // of base64: a form of ours holds 16 KiB

function drawn(picture, share) {
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, HIGH / picture.height, WIDE / picture.width) * share;
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function small(picture) {
  for (const share of [1, 0.75, 0.5]) {
    const canvas = drawn(picture, share);
    for (const [kind, quality] of [["image/png"], ["image/webp", 0.9], ["image/webp", 0.6]]) {
      const text = canvas.toDataURL(kind, quality).split(",")[1];
      if (text.length <= MOST_LETTERS) return text;
    }
  }
  throw new Error("The picture can't be made small enough. Choose a simpler one.");
}

const form = document.querySelector("form[data-logo]");
if (form) {
  const says = form.querySelector("[data-says]");
  form.addEventListener("submit", async (event) => {
    const file = form.querySelector("input[type=file]").files[0];
    if (!file || event.submitter?.name === "drop") return;
    event.preventDefault();
    try {
      form.elements.logo.value = small(await createImageBitmap(file));
      form.submit();
    } catch (fault) {
      says.textContent = fault.name === "Error" ? fault.message : "That is no picture that this browser can read.";
    }
  });
}

const color = document.querySelector("input[name=color]");
color?.addEventListener("input", () => {
  color.form.elements.ours.checked = false;
});
