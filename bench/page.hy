#[[How large a page is, how fast it writes, and how it learns.

    python -m hy bench/page.hy [LAYERS…]
    python -m hy bench/page.hy --bases
    python -m hy bench/page.hy --words [SIZE]
    python -m hy bench/page.hy --teach [TEXT[:CHARACTERS][@items]…]
    python -m hy bench/page.hy --memory

For models with random weights and LAYERS, several by default: the size of the page, bytes for each
weight beyond 280 KB, how long it takes to open, and how many characters a second it writes at full
speed, the median of `ROUNDS`. With `--bases`: the size of the page of each base.

With `--words`, the time from a keystroke on the sheet of the tab Together until the page has nine
words: of `english`, of a random model of characters with SIZE (default: 384) hidden units, and of
both on one page, alone and beside one busy process.

With `--teach`, the page of the base `english` is taught in Chromium. Without TEXTs: how many
pieces a second it learns from, with one worker and with as many as there are cores (fewer, if the
page finds them faster), and the program with TensorFlow, in turns, medians of `ROUNDS`. With
TEXTs: bits per character of what was held out, the last tenth or, of `@items`, which are lines,
random ones, after a page has learned from the rest, and after the program has: `--from english
--minutes 1` and, from scratch, the network and the epochs that the page chose; and the minutes
that the page took. Models of pages are scored as they are imported.

With `--memory`: how much memory a page of `english` takes while it learns a text in the tab Teach,
beyond an empty page: the most that the page's process has had (Linux). Needs the extra `test` and
Chromium.]]

(eval-when-compile (require hyrule [unless]))
(import
  functools [partial]
  json
  os
  pathlib [Path]
  re
  statistics [median]
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  bench.common [ROOT compare-keystrokes models-to-type-with print-header print-row processor
    read-text results rounds split-held-out train-program]
  lstm-textgen.basics.machine [cores]
  lstm-textgen.learning.learner.choice [make-learner]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.history [kept-entry loss-of]
  lstm-textgen.pages.imported [models-on-page]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.prep [default-prep]
  lstm-textgen.textmodel [TextModel]
  tests.browser [open-page start-browser wait-for-end wait-for-units wait-until]
  tests.helpers [block-of small-model])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS (rounds 3)
  LENGTH 12_000  ; characters in each round
  OWN 280_000  ; bytes that a page may have besides 2.8 for each weight
  LAYERS ["128" "256" "384" "512" "512,512"]
  UNITS (.join "" (map chr (range 33 102)))
  BASES ["english" "german" "french" "spanish"]
  BASE (get BASES 0)  ; the one that is taught
  PAUSE 100  ; milliseconds before each keystroke
  LEARNED [8 64]  ; rows and steps of a batch of 30 KB of text
  TAUGHT 10)      ; seconds of learning whose speed is measured


(defn main [#* words]
  "Print the tables that the `words` of the command line ask for."
  (unless (in "--words" words) (print f"{(processor)}, {ROUNDS} rounds\n"))
  (cond
    (= words #("--bases")) (base-sizes)
    (= words #("--memory")) (for [browser (start-browser)] (memory browser))
    (= words #("--teach")) (for [browser (start-browser)] (learning-speeds browser))
    (in "--teach" words) (for [browser (start-browser)] (losses browser (cut words 1 None)))
    (in "--words" words) (for [browser (start-browser)] (word-times browser #* (cut words 1 None)))
    True (writing-speeds words)))


;; * Writing

(defn base-sizes []
  "Print the sizes of the bases' pages."
  (print-header "base" "page, MB")
  (for [name BASES]
    (setv page (playground {name (load-checkpoint name)}))
    (print-row f"`{name}`" f"{(/ (len (.encode page)) 1e6) :.2f}")))


(defn writing-speeds [layers]
  "Print a row for each of the `layers`."
  (print-header "network" "weights" "page, MB" "bytes per weight" "opens in" "characters/s")
  (for [browser (start-browser)  name (or layers LAYERS)]
    (measure browser name (random-model name))))


(defn random-model [layers]
  "Return a model with `layers` whose weights are random and small."
  (setv model (small-model :layers layers :text UNITS :embedding (len UNITS)))
  (setv model.weights (lfor w model.weights (* w (np.float32 0.05))))
  model)


(defn measure [browser name model]
  "Print the row of a `model`."
  (with [folder (TemporaryDirectory)]
    (setv
      path (/ (Path folder) "page.html")
      weights model.weight-count)
    (.write-text path (playground {name model}) :encoding "utf-8")
    (setv
      size (. (.stat path) st-size)
      begun (time.monotonic))
    (with [page (open-page browser path "#fast=1&temperature=1&length=20000")]
      (setv
        opened (- (time.monotonic) begun)
        rate (median (gfor _ (range ROUNDS) (rate-of page)))))
    (print-row name f"{weights :,}" f"{(/ size 1e6) :.2f}" f"{(/ (- size OWN) weights) :.2f}"
      f"{opened :.2f} s" f"{rate :,.0f}")))


(defn rate-of [page]
  "Return the characters a second that `page` writes and shows, from the first on."
  (.press page.keyboard "Escape")  ; it writes from the start
  (.click page "#go")
  (wait-for-units page 1)
  (setv begun (time.monotonic))
  (wait-for-units page LENGTH)
  (setv seconds (- (time.monotonic) begun))
  (.press page.keyboard "Escape")  ; it stops, if it has not reached the end
  (wait-until page "!document.getElementById('go').hidden")
  (/ LENGTH seconds))


;; * Words to choose from

(defn word-times [browser [size "384"]]
  "Print how long pages take from a keystroke to words."
  (setv
    models (models-to-type-with size)
    pages {#** (dfor [name model] (.items models) name {name model})  "both" models})
  (compare-keystrokes
    (dfor [name page] (.items pages) name (partial type-on browser page))))


(defn type-on [browser models before typed]
  "Return the seconds to words after each character of `typed` on a page of `models`."
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "page.html"))
    (.write-text path (playground models) :encoding "utf-8")
    (with [page (open-page browser path "#fast=1")]
      (.press page.keyboard "Escape")  ; it writes from the start
      (.click page "#tab-together")
      (.wait-for-selector page "#offered-words button")
      (lfor
        milliseconds (.evaluate page (.read-text (/ ROOT "bench/together.js"))
          [before typed PAUSE])
        (/ milliseconds 1000)))))


;; * Learning

(defn learning-speeds [browser]
  "Print how many pieces a second pages and the program learn from."
  (setv
    text (cut (get (read-text "corpora/lighthouse.txt") 1) 30_000)
    contestants {
      "one worker" (fn [] (get (taught browser text :helpers 0 :seconds TAUGHT) "speed"))
      f"{(cores)} workers" (fn [] (get (taught browser text :seconds TAUGHT) "speed"))
      "the program" program-speed}
    speeds (dfor name contestants name []))
  (for [_ (range ROUNDS)  [name measured] (.items contestants)]
    (.append (get speeds name) (measured)))
  (print-header "who learns" "pieces/s" "of the program's")
  (setv own (median (get speeds "the program")))
  (for [[name each] (.items speeds)]
    (print-row name f"{(median each) :,.0f}" f"{(/ (median each) own) :.2f}")))


(defn program-speed []
  "Return how many pieces a second the program learns from, with TensorFlow."
  (setv (get os.environ "KERAS_BACKEND") "tensorflow")
  (import-keras None)
  (setv
    base (load-checkpoint BASE)
    x (.integers (np.random.default-rng 1) 0 (len base.vocabulary) LEARNED :dtype "int32")
    learner (make-learner base.spec x.shape 1 0.001)
    steps 0)
  (.learn learner x x)
  (setv begun (time.monotonic))
  (while (< (- (time.monotonic) begun) TAUGHT)
    (.learn learner x x)
    (+= steps 1))
  (/ (* steps x.size) (- (time.monotonic) begun)))


(defn taught [browser text [items None] [fresh False] [helpers None] [seconds 1e9]]
  #[[Return the last news of a page that is taught `text`, a dict; see teach.js.

  It begins with the page's model or, if `fresh`, a new one, and ends after these `seconds` at the
  latest. There are as many workers as cores, or `helpers` besides one.]]
  (with [folder (TemporaryDirectory)]
    (setv
      path (/ (Path folder) "page.html")
      whole (playground {BASE (load-checkpoint BASE)})
      [facts] (json.loads (block-of whole "facts"))
      parent (if fresh None [facts (block-of whole "weights-0")]))
    (.write-text path whole :encoding "utf-8")
    (with [page (open-page browser path "#fast=1")]
      (wait-for-end page)  ; or it would write meanwhile
      (.evaluate page (.read-text (/ ROOT "bench/teach.js"))
        [text items parent (if (is helpers None) (- (cores) 1) helpers) seconds]))))


(defn losses [browser texts]
  "Print a row for each of the `texts` and each way to begin."
  (print-header "text" "begins with" "page" "program" "difference" "page's minutes" "network"
    :keys 2 :unit "bits per character")
  (for [given texts  fresh [False True]]
    (setv
      [given _ items] (.partition given "@")
      [name text] (read-text given)
      text (default-prep text)
      done (taught browser text (when items "line") fresh)
      ours (page-loss done text items)
      theirs (program-loss text items fresh (get done "facts" "record" "settings")))
    (print-row f"{name}, {(len text) :,}" (if fresh "nothing" BASE)
      f"{ours :.3f}" f"{theirs :.3f}" f"{(- ours theirs) :+.3f}"
      f"{(/ (get done "seconds") 60) :.1f}" (get done "facts" "record" "settings" "layers"))))


(defn page-loss [done text items]
  "Return the loss of the model in a page's last news, `done`, on what was held out of `text`."
  (when items (return (get done "bits")))
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "page.html"))
    (.write-text path (page-with done) :encoding "utf-8")
    (setv [[_ model]] (models-on-page path)))
  (held-out-loss (TextModel model) text))


(defn page-with [done]
  "Return the blocks of a page that has the model in the last news of another, `done`."
  (+ (block "facts" (json.dumps [(get done "facts")])) (block "weights-0" (get done "weights"))))


(defn block [name text]
  "Return an element that holds `text`, as on a page."
  f"<script type=\"text/plain\" id=\"{name}\">{(.replace text "<" "\\u003c")}</script>\n")


(defn program-loss [text items fresh settings]
  #[[Return the loss of the program on what it held out of `text`.

  If it begins `fresh`, it has the network and the epochs of these `settings`.]]
  (setv flags [
    #* (if fresh
      ["--layers" (get settings "layers") "--epochs" (get settings "epochs")]
      ["--from" BASE "--minutes" 1])
    #* (if items ["--items" "line"] [])])
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "text.txt"))
    (.write-text path text :encoding "utf-8")
    (setv [model _] (train-program path folder #* flags))
    (if items
      (loss-of (kept-entry model.checkpoint.history))
      (held-out-loss model text))))


(defn held-out-loss [model text]
  "Return the loss of `model` on the last tenth of `text`, in bits per character."
  (. (get (.score model (get (split-held-out text) 1)) 0) bits))


;; * Memory

(defn memory [browser]
  "Print how much memory a page takes that is taught, beyond an empty one."
  (with [folder (TemporaryDirectory)]
    (setv
      empty (/ (Path folder) "empty.html")
      path (/ (Path folder) "page.html")
      session (.new-browser-cdp-session browser))
    (.write-text empty "<!DOCTYPE html>")
    (.write-text path (playground {BASE (load-checkpoint BASE)}) :encoding "utf-8")
    (with [_ (open-page browser empty)] (setv [least most] (* 2 [(resident session)])))
    (with [page (open-page browser path)]
      (.click page "#tab-teach")
      (.click page "text=a lighthouse diary")
      (.click page "#teach-go")
      (while (not (.is-visible page "#teach-done"))
        (.wait-for-timeout page 200)
        (setv most (max most (resident session))))))
  (print-header "a page that" "MB")
  (print-row "is empty" f"{least :.0f}")
  (print-row f"teaches {BASE}, more" f"{(- most least) :.0f}"))


(defn resident [session]
  "Return the megabytes of memory of the largest page in a browser, by its `session`."
  (max (gfor
    each (get (.send session "SystemInfo.getProcessInfo") "processInfo")
    :if (= (get each "type") "renderer")
    :setv status (.read-text (Path f"/proc/{(get each "id")}/status"))
    (/ (int (get (re.search r"VmRSS:\s+(\d+)" status) 1)) 1000))))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
