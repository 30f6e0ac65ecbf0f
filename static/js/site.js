/* Small comforts. Every page works without this file. */
(() => {
  "use strict";

  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // Switching the language keeps the place.
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => { link.hash = location.hash; });
  }

  // Copying the address, and the share sheet of the device.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    if (!navigator.clipboard || !field) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.done;
    });
  }
  for (const button of document.querySelectorAll("[data-share]")) {
    if (!navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
    });
  }

  // The count, from the cached JSON, only while the page is seen.
  const boxes = [...document.querySelectorAll("[data-count-from]")];
  const language = document.documentElement.lang;
  const options = { useGrouping: !language.startsWith("zh") }; // as the server writes them
  const show = (box, count) => {
    const number = box.querySelector("[data-count]");
    const bar = box.querySelector("progress");
    if (number) number.textContent = count.toLocaleString(language, options);
    if (bar) bar.value = count;
  };
  const refresh = async () => {
    for (const address of new Set(boxes.map((box) => box.dataset.countFrom))) {
      const answer = await fetch(address);
      if (!answer.ok) continue;
      const numbers = await answer.json();
      for (const box of boxes) {
        const isSame = box.dataset.countFrom === address && Number(box.querySelector("progress").max) === numbers.goal;
        if (isSame) show(box, numbers.signature_count);
      }
    }
  };
  if (boxes.length) {
    setInterval(() => {
      if (document.visibilityState === "visible") refresh().catch(() => {});
    }, 30000);
  }

  // A mistyped mail domain is pointed out, never refused.
  const known = ["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com",
    "naver.com", "daum.net", "hanmail.net", "kakao.com", "nate.com", "qq.com", "163.com", "126.com", "sina.com",
    "foxmail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com", "yahoo.co.jp",
    "yahoo.co.uk", "hotmail.co.uk", "mail.com"];
  const distance = (a, b) => {
    let before = [];
    let row = [...b, ""].map((_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        const same = a[i - 1] === b[j - 1];
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      before = row;
      row = next;
    }
    return row[b.length];
  };
  const meant = (domain) => {
    if (!domain.includes(".") || known.includes(domain)) return "";
    return known.find((name) => distance(domain, name) === 1 && name.length > 6) || "";
  };
  for (const field of document.querySelectorAll("input[type=email]")) {
    const hint = document.getElementById("mail-slip");
    if (!hint || !field.form || !field.form.contains(hint)) continue;
    field.addEventListener("input", () => {
      const guess = meant(field.value.slice(field.value.lastIndexOf("@") + 1).trim().toLowerCase());
      const words = guess && field.value.includes("@") ? hint.dataset.words.replace("{}", guess) : "";
      if (hint.textContent !== words) hint.textContent = words;
    });
  }
})();
