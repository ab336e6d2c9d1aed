/** What every page does for its reader: change of theme, copying of commands. Runs in the browser, from the text of its functions. */

/** Starts when the page is read. */
function startPage(): void {
  const root = document.documentElement;
  root.classList.add("js");
  document.getElementById("theme")?.addEventListener("click", () => {
    const dark =
      root.dataset["theme"] === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : root.dataset["theme"] === "dark";
    root.dataset["theme"] = dark ? "light" : "dark";
    document.dispatchEvent(new CustomEvent("theme"));
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.addEventListener("click", () => void copyText(button));
  }
}

/** The clipboard is closed to some pages of the file system; there the text is selected instead. */
async function copyText(button: HTMLButtonElement): Promise<void> {
  const text = button.dataset["copy"] ?? "";
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    const code = button.parentElement?.querySelector("code");
    if (code !== null && code !== undefined) getSelection()?.selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

/** The script as text. */
export const PAGE_SCRIPT = `"use strict";\n(() => {\n${[startPage, copyText].map(String).join("\n")}\nstartPage();\n})();`;
