#[[Renews docs/gallery.md from real runs: `python -m hy tools/gallery.hy FOLDER TEXTS [MODELS]`.

An entry of the page names its model by `--model`. The commands of MODELS (default: all) run in
folders below FOLDER; what they wrote, its surprise, and what the training took go into the page,
the other entries stay. A text that a command would download, to the file after its `>`, is taken
from the folder TEXTS if it is there.]]

(import
  html [escape unescape]
  itertools [groupby]
  operator [itemgetter]
  pathlib [Path]
  re
  shlex
  shutil
  sys
  time
  lstm-textgen.textmodel [load]
  tools.blocks [Reader blocks-in steps-of]
  tools.forms [ROOT])

(setv
  PAGE (/ ROOT "docs" "gallery.md")
  ENTRY (re.compile r"(?m)^(?=## )")
  MODEL (re.compile r"--model (\w+)")
  FACTS (re.compile r"[\d.]+ minutes, [\d.]+ bits")
  ;; What a model wrote, with a digit for each character: the surprise in bits, 8 being 8 or more.
  PASSAGE (re.compile r"(?s)<!-- shades: (\d*) -->\n<(blockquote|pre)>\n(.*?)\n</\2>"))


(defn main [folder texts #* models]
  "Renew the entries of `models` on the page, which is written after each."
  (setv
    sys.executable hy.sys-executable  ; within `python -m hy` it is Hy's own program
    entries (.split ENTRY (.read-text PAGE :encoding "utf-8"))
    places (dfor [n entry] (enumerate entries)  name (.findall MODEL entry)  name n))
  (for [name (or models places)]
    (setv n (get places name))
    (setv (get entries n) (renewed (get entries n) (/ (Path folder) name) (Path texts)))
    (.write-text PAGE (.join "" entries) :encoding "utf-8")))


(defn renewed [entry folder texts #** options]
  "Return an `entry` after following its commands in the new `folder`; `options` are a `Reader`'s."
  (shutil.rmtree folder :ignore-errors True)
  (.mkdir folder :parents True)
  (with [reader (Reader (.absolute folder) #** options)]
    (for [step (steps-of (blocks-in entry) :all True)]
      (setv
        begun (time.monotonic)
        words (shlex.split step.typed)
        text (/ texts (get words -1)))
      (if (and (in ">" words) (.exists text))
        (shutil.copy text folder)
        (setv printed (.follow reader step)))
      (cond
        (in "--sources" words)
          (setv
            minutes (/ (- (time.monotonic) begun) 60)
            loss (float (get (re.findall r"finished: .* ([\d.]+) bits" printed) -1))
            facts f"{minutes :.1f} minutes, {loss :.2f} bits"
            entry (.sub FACTS facts entry))
        (in "--generate" words)
          (setv entry (with-passage entry words (.strip printed "\n") folder)))))
  (print f"{folder.name}: {facts}; {(len printed)} characters" :flush True)
  entry)


(defn with-passage [entry words text folder]
  "Return the `entry` with the `text` that the command `words` wrote, shaded; its seed isn't."
  (setv
    [seed model] (gfor flag ["--generate" "--model"] (get words (+ 1 (.index words flag))))
    [_ units bits] (.score (load (/ folder model)) text)
    digits (.join "" (gfor [unit n] (zip units bits) (* (str (min 8 (int n))) (len unit)))))
  (assert (= (len digits) (len text)) "the model reads another text than it wrote")
  (setv shades (+ (* "0" (len seed)) (cut digits (len seed) None)))
  (.sub PASSAGE
    (fn [found]
      (setv tag (get found 2))
      (+ f"<!-- shades: {shades} -->\n<{tag}>\n"
        (.replace (escape text :quote False) "\n" (if (= tag "pre") "\n" "<br>\n"))
        f"\n</{tag}>"))
    entry))


(defn shaded [text]
  "Return the `text` of the page, for the site, with each passage as HTML that shows its shades."
  (.sub PASSAGE
    (fn [found]
      (setv
        [shades tag shown] (.groups found)
        text (unescape (.replace shown "<br>\n" "\n")))
      (+ f"<{tag} class=\"passage\">"
        (.join "" (gfor
          [shade run] (groupby (zip shades text :strict True) (itemgetter 0))
          :setv letters (.join "" (map (itemgetter 1) run))
          f"<i class=\"s{shade}\">{(.replace (escape letters) "\n" "<br>")}</i>"))
        f"</{tag}>"))
    text))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
