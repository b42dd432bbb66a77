// Sends a file in small pieces, since a form of ours holds 16 KiB, then the form itself.

const PIECE_BYTES = 9000; // a third more as base64
const form = document.querySelector("form[data-statement]");

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function send(file, says) {
  for (let offset = 0; offset < file.size || offset === 0; offset += PIECE_BYTES) {
    const part = await file.slice(offset, offset + PIECE_BYTES).arrayBuffer();
    const fields = new URLSearchParams({
      csrf: form.elements.csrf.value,
      offset: String(offset),
      piece: base64(new Uint8Array(part)),
    });
    const answer = await fetch(form.dataset.statement, { method: "POST", body: fields });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).says);
    says.textContent = `Sent ${Math.min(100, Math.round((100 * offset) / file.size))} %`;
  }
}

if (form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const says = form.querySelector("[data-says]");
    try {
      const file = form.querySelector("input[type=file]").files[0];
      if (file) {
        await send(file, says);
        if (form.elements.name) form.elements.name.value = file.name;
      }
      form.submit();
    } catch (fault) {
      says.textContent = fault.message || "The box did not take the file. Try again.";
    }
  });
}
