#[[Renews docs/gallery.md from real runs: `python -m hy tools/gallery.hy FOLDER TEXTS [MODELS]`.

The commands of all entries, or of those that name one of MODELS, run in FOLDER. What they generate
goes to docs/gallery/; the page shows, shaded by surprise, the samples that its notes choose. A
model that is in FOLDER already isn't trained again, so another choice takes seconds. A text that a
command would download, to the file after its `>`, is taken from the folder TEXTS if it is there.]]

(import
  html [escape unescape]
  itertools [groupby]
  operator [itemgetter]
  pathlib [Path]
  re
  shlex
  shutil
  sys
  lstm-textgen.basics.values [counted]
  lstm-textgen.modelfile.history [kept-entry loss-of]
  lstm-textgen.textmodel [load]
  tools.blocks [Reader blocks-in steps-of]
  tools.forms [ROOT])

(setv
  PAGE (/ ROOT "docs" "gallery.md")
  ENTRY (re.compile r"(?m)^(?=## )")
  MODEL (re.compile r"--model (\w+)")
  FACTS (re.compile r"\d+ epochs?, [\d.]+ bits")
  ;; Lines quoted from a text.
  SOURCE (re.compile r"<!-- from (\S+) -->\n((?:> .*\n)+)")
  ;; A link to all samples, which the site unfolds.
  ALL (re.compile r"(?m)^\[(All ten)\]\((gallery/\w+\.txt)\)$")
  BETWEEN (re.compile r"(?m)^--- \d+ of \d+ ---\n")
  ;; A passage: the surprise in bits of each character, 8 being 8 or more; whether it is the first,
  ;; second … sample of the entry's commands, or what the model wrote after an epoch; its text.
  PASSAGE (re.compile (+ r"(?s)<!-- shades: (\d*):(sample|epoch)-(\d+) -->\n"
    r"<blockquote>\n(.*?)\n</blockquote>")))


(defn main [folder texts #* models]
  "Renew the entries of `models` on the page, which is written after each."
  (setv
    sys.executable hy.sys-executable  ; within `python -m hy` it is Hy's own program
    entries (.split ENTRY (.read-text PAGE :encoding "utf-8")))
  (for [[n entry] (enumerate entries)
        :setv named (set (.findall MODEL entry))
        :if (if models (& named (set models)) named)]
    (setv [(get entries n) printed] (renewed entry (Path folder) (Path texts)))
    (for [[_ file] (.findall ALL entry)]
      (.write-text (/ PAGE.parent file) printed :encoding "utf-8"))
    (.write-text PAGE (.join "" entries) :encoding "utf-8")))


(defn renewed [entry folder texts #** options]
  #[[Return an `entry` after following its commands in the `folder`, and what they generated.

  `options` are a `Reader`'s.]]
  (.mkdir folder :parents True :exist-ok True)
  (setv
    [name] (set (.findall MODEL entry))
    path (/ folder f"{name}.h5")
    printed [])
  (with [reader (Reader (.absolute folder) #** options)]
    (for [step (steps-of (blocks-in entry) :all True)]
      (setv
        words (shlex.split step.typed)
        text (/ texts (get words -1)))
      (cond
        (and (in ">" words) (.exists text)) (shutil.copy text folder)
        (in "--generate" words) (.append printed #(words (.follow reader step)))
        (not (and (in "--sources" words) (.exists path))) (.follow reader step))))
  (assert-quoted entry folder)
  (setv
    model (load path)
    loss (loss-of (kept-entry model.history))
    facts f"{(counted (len model.history) "epochs")}, {loss :.2f} bits")
  (print f"{name}: {facts}" :flush True)
  #( (with-passages (.sub FACTS facts entry) model printed)
    (.join "" (map (itemgetter 1) printed))))


(defn assert-quoted [entry folder]
  "Raise `AssertionError` unless the lines that an `entry` quotes are in their files in `folder`."
  (for [[name quoted] (.findall SOURCE entry)]
    (setv
      places [(/ folder name) (/ ROOT "corpora" name)]
      text (.read-text (next (filter Path.exists places)) :encoding "utf-8"))
    (for [line (.splitlines quoted)]
      (setv line (.removesuffix (.removeprefix line "> ") "\\"))
      (assert (in line text) f"{name} has no line {line !r}"))))


(defn with-passages [entry model printed]
  "Return the `entry` with the passages it chooses from `printed`, pairs of words and output."
  (setv
    samples (lfor [words output] printed  text (samples-in words output)  #(words text))
    written (dfor each model.history (get each "epoch") (get each "sample")))
  (.sub PASSAGE
    (fn [found]
      (setv
        [_ kind n _] (.groups found)
        [words text] (if (= kind "sample")
          (get samples (- (int n) 1))
          #(["--generate" ""] (whole-lines (get written (int n)))))
        seed (get words (+ 1 (.index words "--generate"))))
      (+ f"<!-- shades: {(shades-of model text (len seed))}:{kind}-{n} -->\n<blockquote>\n"
        (.replace (escape text :quote False) "\n" "<br>\n")
        "\n</blockquote>"))
    entry))


(defn samples-in [words output]
  "Return the texts in the `output` of the command `words`; a list's are lines or paragraphs."
  (setv [before #* texts] (.split BETWEEN output))
  (cond
    texts (lfor text texts (.strip text "\n"))
    (in "--samples" words) (.split (.strip before "\n") (if (in "\n\n" before) "\n\n" "\n"))
    True [(.strip before "\n")]))


(defn whole-lines [text]
  "Return `text` up to its last sentence or line that isn't cut off."
  (setv found (re.match r"(?s).*(?:[.!?][\"')]*(?=\s)|(?=\n))" text))
  (.rstrip (if found (get found 0) text)))


(defn shades-of [model text seed]
  "Return a digit for each character of `text`: its surprise in bits; 0 for the first `seed`."
  (setv
    [_ units bits] (.score model text)  ; of a list's item, with its end
    digits (.join "" (gfor [unit n] (zip units bits) (* (str (min 8 (int n))) (len unit)))))
  (assert (.startswith (.join "" units) text) "the model reads another text than it wrote")
  (+ (* "0" seed) (cut digits seed (len text))))


;; * The site

(defn shaded [text]
  "Return the `text` of the page, for the site, with its shades, and with all samples unfolding."
  (.sub ALL (fn [found] (unfolding #* (.groups found)))
    (.sub PASSAGE
      (fn [found]
        (setv
          [shades _ _ shown] (.groups found)
          text (unescape (.replace shown "<br>\n" "\n")))
        (quote-of "passage" (.join "" (gfor
          [shade run] (groupby (zip shades text :strict True) (itemgetter 0))
          f"<i class=\"s{shade}\">{(on-a-line (.join "" (map (itemgetter 1) run)))}</i>"))))
      text)))


(defn unfolding [title file]
  "Return HTML that unfolds the samples in `file` of docs/."
  (setv text (.strip (.read-text (/ PAGE.parent file) :encoding "utf-8") "\n"))
  f"<details><summary>{title}</summary>{(quote-of "samples" (on-a-line text))}</details>")


(defn quote-of [kind shown]
  "Return the HTML of a quote of this `kind`, in which HTML is `shown`."
  f"<blockquote class=\"{kind}\">{shown}</blockquote>")


(defn on-a-line [text]
  "Return `text` as HTML without line ends, at which Markdown would end it."
  (.replace (escape text) "\n" "<br>"))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
