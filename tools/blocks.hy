#[[Runs the commands and code on a page of the documentation, and compares their output.

A page is Markdown, run from top to bottom in a folder like a fresh clone. Its fenced blocks are
run by their language:

- `console`: commands after `$ `, each followed by its output, or nothing;
- `sh`: commands to copy, one on each line;
- `python` and `hy`: code, whose definitions stay for the next block of the language;
- any other is an illustration and isn't run.

Comments before a block (`<!-- … -->`) are notes; `NOTES` lists them. The output shown must be the
real one; a line `…` stands for any omitted lines.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  json
  os
  pathlib [Path]
  re
  shlex
  shutil
  subprocess
  sys
  markdown-it [MarkdownIt]
  tools.forms [ROOT])

(setv
  RUN ["console" "sh" "python" "hy"]
  SHOWN ["text" "py"]  ; languages of blocks that are not run
  NOTES {
    "file" "the block is the content of this file in the reader's folder"
    "output" "the block is what the code before it prints"
    "printed by" "the block is what the command further down with this text in it prints"
    "expansion" "the block is what the macro in the block before it becomes, laid out by hand"
    "numbers differ" "compared without numbers; lines that are alike then count as one"
    "has" "only these texts are compared: they must be shown and printed"
    "not run" "it can't be run in a test, for this reason; tools/newcomer.hy may run it"}
  ;; A page with this comment begins where README ends: with a model trained on lol.txt.
  BEGINS-WITH-MODEL "<!-- begins with: model.h5 -->"
  LIMIT 500  ; seconds for a command in a test
  CLONE "~/lstm_textgen"  ; stands for the reader's folder where its path is printed
  ;; To save time in tests, text files in the reader's folder are cut to this number of bytes.
  SHORT 2_500)


(defrecord Block
  #[[A fenced block of a page.

  It has a `language`, a `text`, the number of the `line` (from 0) on which its text begins, and
  `notes`, a dict from names in `NOTES` to the text that follows them.]]
  [#^ str language  #^ str text  #^ int line  #^ dict notes])


(defrecord Step
  #[[Something that a reader types, and the output that the page shows.

  `kind`: a language, `expansion` or `file`; `typed`: the command, the code or the content;
  `shown`: the text, or None if nothing is shown, on the lines from `start` to `end`. `notes` are
  those of the block with the output.]]
  [ #^ str kind  #^ str typed  #^ str shown
    #^ int start  #^ int end  #^ dict notes])


(defn page-paths []
  "Return the paths of all pages, README's first."
  [(/ ROOT "README.md") #* (sorted (.rglob (/ ROOT "docs") "*.md"))])


(defn blocks-in [text]
  "Return the `Block`s of a page's `text`; raise `ValueError` for one that is not fenced."
  (setv
    blocks []
    notes {})
  (for [token (.parse (.enable (MarkdownIt) "table") text)]
    (match token.type
      "html_block" (.update notes (_notes token.content))
      "fence" (do
        (setv line (+ 1 (get token.map 0)))
        (.append blocks (Block (.strip token.info) token.content line notes))
        (setv notes {}))
      "code_block" (raise (ValueError f"line {(+ 1 (get token.map 0))}: code without a fence"))))
  blocks)


(defn _notes [comment]
  "Return the dict of notes in the HTML `comment`."
  (dfor
    note (re.findall r"(?s)<!-- (.*?) -->" comment)
    :setv [name _ rest] (.partition note ":")
    :if (in name NOTES)
    name (.strip rest)))


(defn steps-of [blocks [all False]]
  "Return the `Step`s of a page with these `blocks`; `all`: those that aren't run, too."
  (setv
    steps []
    early [])
  (for [block blocks :if (or all (not-in "not run" block.notes))]
    (setv end (+ block.line (len (.splitlines block.text))))
    (cond
      (in "printed by" block.notes)
        (.append early #(block end))
      (in "file" block.notes)
        (.append steps (Step "file" block.text None block.line end block.notes))
      (or (in "output" block.notes) (in "expansion" block.notes))
        (.append steps (_shown (.pop steps) block end))
      (= block.language "console")
        (.extend steps (_commands block))
      (= block.language "sh")
        (.extend steps (gfor
          line (.splitlines block.text)
          (Step "console" line None end end block.notes)))
      (in block.language RUN)
        (.append steps (Step block.language block.text None end end block.notes))))
  (for [[block end] early]
    (setv [place] (gfor
      [n step] (enumerate steps)
      :if (in (get block.notes "printed by") step.typed)
      n))
    (setv (get steps place) (_shown (get steps place) block end)))
  steps)


(defn _shown [step block end]
  "Return the code in `step` with its output in the next `block`, up to the line `end`."
  (Step (if (in "expansion" block.notes) "expansion" step.kind)
    step.typed block.text block.line end block.notes))


(defn _commands [block]
  "Yield a `Step` for each command in a `console` block."
  (setv
    lines (.splitlines block.text)
    starts [#* (gfor [n line] (enumerate lines) :if (.startswith line "$ ") n) (len lines)])
  (for [[start next-start] (zip starts (cut starts 1 None))]
    (setv end (+ start 1))
    (while (.endswith (get lines (- end 1)) "\\") (+= end 1))
    (yield (Step "console"
      (.removeprefix (.join "\n" (cut lines start end)) "$ ")
      (or (.join "\n" (cut lines end next-start)) None)
      (+ block.line end)
      (+ block.line next-start)
      block.notes))))


;; * A reader

(defclass Reader []
  #[[A reader who types the commands of a page in a `folder`; use it in a `with`.

  `short`: whether texts are shortened for tests; `python`: the command for Python, if it isn't
  this one; `environment`: additional variables of the shell.]]

  (defn __init__ [self folder [short False] [python None] [environment {}]]
    (setv
      self.folder (Path folder)
      self.short short
      self.python (or python [sys.executable])
      self.environment environment
      self.interpreter None)
    (for [name ["corpora" "lstm_textgen" "setup.py"] :if (not (.exists (/ self.folder name)))]
      (.symlink-to (/ self.folder name) (/ ROOT name)))
    (for [name ["train.hy" #* (if short ["corpora/lol.txt" "corpora/lighthouse.txt"] [])]]
      (shutil.copy (/ ROOT name) self.folder))
    None)

  (defn __enter__ [self]
    self)

  (defn __exit__ [self #* _]
    (when self.interpreter
      (.close self.interpreter.stdin)
      (.close self.interpreter.stdout)
      (.wait self.interpreter 30)))

  (defn follow [self step]
    "Run `step`; return its output. Raise `AssertionError` if it fails."
    (when self.short (shorten self.folder))
    (match step.kind
      "file" (.write-text (/ self.folder (get step.notes "file")) step.typed :encoding "utf-8")
      "console" (.type self step.typed)
      language (.evaluate self language step.typed)))

  (defn type [self command]
    "Return the output of the shell's `command` on both streams; it must succeed."
    (setv done (subprocess.run ["bash" "-euo" "pipefail" "-c" command]
      :cwd self.folder
      :env (._environment self)
      :stdin subprocess.DEVNULL
      :stdout subprocess.PIPE
      :stderr subprocess.STDOUT
      :encoding "utf-8"
      :timeout (when self.short LIMIT)))
    (assert (= done.returncode 0) f"$ {command}\n{done.stdout}")
    (.replace done.stdout (str self.folder) CLONE))

  (defn evaluate [self language code]
    "Return the output of `code`."
    (unless self.interpreter
      (setv self.interpreter (subprocess.Popen
        [#* self.python "-m" "hy" (str (/ ROOT "tools" "interpreter.hy"))]
        :cwd self.folder
        :env (._environment self)
        :stdin subprocess.PIPE
        :stdout subprocess.PIPE
        :stderr subprocess.DEVNULL
        :encoding "utf-8")))
    (print (json.dumps [language code]) :file self.interpreter.stdin :flush True)
    (setv [printed wrong] (json.loads (.readline self.interpreter.stdout)))
    (assert (not wrong) f"{code}\n{wrong}")
    printed)

  (defn _environment [self]
    "Return the environment of a shell in which the program is installed, on TensorFlow."
    (setv bin (. (Path sys.executable) parent))
    {
      #** (dfor
        [name value] (.items os.environ)
        :if (not-in name ["TF_CPP_MIN_LOG_LEVEL" "PYTHONDONTWRITEBYTECODE"])
        name value)
      "PATH" (.join os.pathsep [
        #* (if (= self.python [sys.executable]) [] [(._launchers self bin)])
        (str bin)
        (get os.environ "PATH")])
      "PYTHONPATH" (str ROOT)
      "KERAS_BACKEND" "tensorflow"
      "LSTM_TEXTGEN_CACHE" (str (/ self.folder.parent "cache"))
      #** self.environment})

  (defn _launchers [self bin]
    "Return a folder with launchers that run the programs in the folder `bin` with `python`."
    (setv place (/ self.folder.parent "launchers"))
    (.mkdir place :exist-ok True)
    (for [name ["hy" "lstm-textgen"]]
      (setv launcher (/ place name))
      (.write-text launcher
        f"#!/bin/sh\nexec {(shlex.join [#* self.python (str (/ bin name))])} \"$@\"\n")
      (.chmod launcher 0o755))
    (str place)))


(defn shorten [folder]
  "Cut each text in `folder`, at the end of a line."
  (for [path (.glob folder "*.txt")]
    (setv content (.read-bytes path))
    (when (> (len content) SHORT)
      (.write-bytes path (cut content (+ 1 (.rindex content b"\n" 0 SHORT)))))))


;; * Comparing

(defn findings [path folder #** options]
  #[[Follow the page at `path` in `folder`; yield failures and differences from the shown output.

  `options` are those of a `Reader`.]]
  (with [reader (Reader folder :short True #** options)]
    (for [step (steps-of (blocks-in (.read-text path :encoding "utf-8")))]
      (setv place f"{(.relative-to path ROOT)}:{(+ 1 step.start)}")
      (try
        (setv printed (.follow reader step))
        (except [error AssertionError]
          (yield f"{place}: {error}")
          (return)))
      (unless (or (is step.shown None) (same? step printed))
        (yield f"{place}: {step.typed}\nshown:\n{step.shown}\nprinted:\n{printed}")))))


(defn same? [step printed]
  "Return whether `step` shows what was `printed`, compared as its notes say."
  (setv
    shown (.strip step.shown "\n")
    printed (.strip printed "\n"))
  (cond
    (in "has" step.notes)
      (all (gfor
        text (re.findall "\"(.*?)\"" (get step.notes "has"))
        whole [shown printed]
        (in text whole)))
    (in "numbers differ" step.notes)
      (_matches? (without-numbers shown) (without-numbers printed))
    (= step.kind "expansion") (= (.split shown) (.split printed))
    True (_matches? shown printed)))


(defn without-numbers [text]
  "Return `text` with # for each number, and each run of then equal lines as one."
  (setv
    text (.replace text "  (not the best)" "")  ; which is a number's doing, too
    lines [])
  (for [line (.splitlines (re.sub r"\d[\d,.:]*(?<=\d)" "#" text))]
    (unless (and lines (= line (get lines -1))) (.append lines line)))
  (.join "\n" lines))


(defn _matches? [shown printed]
  "Return whether `printed` matches `shown`, where a line … stands for any lines, or none."
  (setv parts (re.split r"(?m)^…\n?" (+ shown "\n")))
  (bool (re.fullmatch (.join "(?s:.*)" (map re.escape parts)) (+ printed "\n"))))


(defn abridged [printed shown]
  "Return what was `printed`, abridged by … like `shown`, with as many lines around it."
  (setv
    lines (.splitlines (.strip printed "\n"))
    old (.splitlines shown))
  (unless (in "…" old) (return (.join "\n" lines)))
  (setv
    before (.index old "…")
    after (- (len old) before 1))
  (.join "\n" (if (<= (len lines) (+ before after))
    lines
    [#* (cut lines before) "…" #* (if after (cut lines (- after) None) [])])))
