/* Small comforts. Every page works without this file. */
(() => {
  "use strict";

  const summary = document.querySelector(".error-summary");
  summary?.focus();

  // Switching the language keeps the place.
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => { link.hash = location.hash; });
  }

  // Copying the address, and the share sheet of the device.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const label = button.textContent;
    const say = (words) => {
      button.textContent = words || label;
      button.nextElementSibling.textContent = words; // for ears
    };
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(field.value).then(() => {
        say(button.dataset.done);
        setTimeout(say, 3000, "");
      }, () => field.select()); // to be copied by hand
    });
  }
  for (const button of document.querySelectorAll("[data-share]")) {
    if (!navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.share({ url: document.getElementById(button.dataset.share).value }).catch(() => {});
    });
  }

  // The count, from the cached JSON, only while the page is seen.
  const boxes = [...document.querySelectorAll("[data-count-from]")];
  const language = document.documentElement.lang;
  const show = (box, { signature_count: count, goal, words }) => {
    const bar = box.querySelector("progress");
    const said = words[language.toLowerCase()];
    const line = box.querySelector("[data-said]");
    if (bar.value === count || !said) return;
    const number = document.createElement("strong");
    number.textContent = said.count[1];
    box.querySelector(".progress-count").replaceChildren(said.count[0], number, said.count[2]);
    if (line) line.textContent = said[line.dataset.said];
    bar.max = goal;
    bar.value = count;
  };
  const refresh = async () => {
    for (const address of new Set(boxes.map((box) => box.dataset.countFrom))) {
      const answer = await fetch(address);
      if (!answer.ok) continue;
      const numbers = await answer.json();
      for (const box of boxes) if (box.dataset.countFrom === address) show(box, numbers);
    }
  };
  const refreshIn = (seconds) => setTimeout(() => { // soon for whoever has just confirmed, then less often
    if (document.visibilityState === "visible") refresh().catch(() => {});
    refreshIn(Math.min(30, 2 * seconds));
  }, 1000 * seconds);
  if (boxes.length) refreshIn(5);

  // Chinese that is set large is not broken within a word, nor before a word that leans on the one before it.
  if (language.startsWith("zh") && Intl.Segmenter) {
    const word = (text) => { // an inline element, which says nothing to a screen reader
      const span = document.createElement("span");
      span.className = "word";
      span.textContent = text;
      return span;
    };
    const words = new Intl.Segmenter(language, { granularity: "word" });
    for (const place of document.querySelectorAll(":is(h1, h2, h3, h2 a, .panel-title, .pull-quote p):not(:has(*))")) {
      setTimeout(() => { // each its own task: cheap phones take their time to find the words
        const parts = [];
        for (const { segment, isWordLike } of words.segment(place.textContent)) {
          const last = parts.at(-1);
          if (/^[的了们吗]$/.test(segment) && last instanceof Element) last.append(segment);
          else parts.push(isWordLike && segment.length > 1 ? word(segment) : segment);
        }
        place.replaceChildren(...parts);
      });
    }
  }

  // While the form is filled in, a worker earns the proof that its mail may leave at once (docs/security.md).
  for (const form of document.querySelectorAll("form[data-solver]")) {
    const button = form.querySelector("[type=submit]");
    const label = button.textContent;
    let proof = null; // the promise of one
    const earn = () => new Promise((done) => {
      const worker = new Worker(form.dataset.solver);
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = () => done("");
      worker.postMessage(form.dataset.challenge);
    });
    const begin = () => {
      if (summary && form.elements.proof.value) return; // the form came back with it
      proof ||= earn().catch(() => "").then((found) => { form.elements.proof.value = found; proof = true; });
    };
    form.addEventListener("focusin", begin);
    form.addEventListener("submit", (event) => {
      if (!(proof instanceof Promise)) return;
      event.preventDefault();
      button.textContent = button.dataset.wait;
      // Whoever is quicker than the work waits for it a little; without it the mail only takes longer.
      Promise.race([proof, new Promise((done) => { setTimeout(done, 8000); })]).then(() => form.submit());
    });
    addEventListener("pageshow", (event) => { // back from the next page: a proof counts once
      if (!event.persisted) return;
      proof = null;
      button.textContent = label;
    });
  }

  // A mistyped mail domain is pointed out, never refused.
  const known = ("gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com naver.com daum.net "
    + "hanmail.net kakao.com nate.com qq.com 163.com 126.com sina.com foxmail.com gmx.de gmx.net web.de "
    + "t-online.de proton.me protonmail.com yahoo.co.jp yahoo.co.uk hotmail.co.uk mail.com email.com ymail.com "
    + "rocketmail.com").split(" ");
  const distance = (a, b) => {
    let before = [];
    let row = [...b, ""].map((_, j) => j);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      before = row;
      row = next;
    }
    return row[b.length];
  };
  const meant = (domain) => {
    const isSure = (name) => name.length > 6 || domain.startsWith(name.split(".")[0] + "."); // qq.con, not qc.com
    return (!known.includes(domain) && known.find((name) => distance(domain, name) === 1 && isSure(name))) || "";
  };
  // So is a provider that may have to tell on who writes and gets mail there.
  const isRisky = (field, domain) =>
    (field.dataset.risky || "").split(" ").some((end) => end && `.${domain}`.endsWith(`.${end}`));
  for (const field of document.querySelectorAll("input[type=email]")) {
    const hint = document.getElementById("mail-slip");
    if (!field.form?.contains(hint)) continue;
    field.addEventListener("input", () => {
      const domain = field.value.includes("@") ? field.value.split("@").pop().trim().toLowerCase() : "";
      const guess = meant(domain);
      let words = guess && hint.dataset.words.replace("{}", guess);
      if (!guess && isRisky(field, domain)) words = field.dataset.riskyWords.replace("{}", domain);
      if (hint.textContent !== words) hint.textContent = words;
    });
  }
})();
