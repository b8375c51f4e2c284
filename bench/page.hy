#[[How large a page is, and how fast it writes in Chromium: `python -m hy bench/page.hy [MODEL …]`.

Models with random weights, and any MODEL that is given. For each the size of its page, bytes for
each weight beyond 150 KB, how long it takes to open, and characters a second at full speed, as
often as they are wanted and as the page shows them: the median of `ROUNDS`. A MODEL's named cells
are listed, too, with their correlations in the text that the model wrote and, if there is a file
MODEL.txt, in that. Needs the extra `test` and Chromium.]]

(import
  pathlib [Path]
  statistics [median]
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  bench.common [print-header print-row processor results]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.writing.cells [SAMPLE correlations find-cells mark-features read-cells]
  lstm-textgen.writing.writer [write-sample]
  tests.browser [open-page start-browser wait-for-units wait-until]
  tests.helpers [small-model])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS 3
  LENGTH 12_000  ; characters in each round
  REACH 20_000  ; characters at the end of a MODEL.txt in which its cells are followed
  OWN 150_000  ; bytes that a page may have besides 2.8 for each weight
  LAYERS ["128" "256" "384" "512" "512,512" "gru:256"]
  UNITS (.join "" (map chr (range 33 102))))


(defn main [#* paths]
  "Print the table, and the cells of the models at `paths`."
  (setv models {
    #** (dfor layers LAYERS layers (random-model layers))
    #** (dfor path paths (. (Path path) stem) (load-checkpoint path))})
  (print f"{(processor)}, {ROUNDS} rounds\n")
  (print-header "network" "weights" "page, MB" "bytes per weight" "opens in" "characters/s")
  (for [browser (start-browser)]
    (for [[name model] (.items models)]
      (measure browser name model)))
  (for [path paths]
    (print-cells path (load-checkpoint path))))


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


(defn print-cells [path model]
  "Print the cells of `model` that its page offers first, and how well they follow their names."
  (setv
    text (Path (+ (.removesuffix path ".h5") ".txt"))
    read (when (.exists text)
      (read-cells model (cut (.read-text text :encoding "utf-8") (- REACH) None))))
  (print f"\ncells of {path}\n")
  (print-header "model: feature" "layer" "cell" "generated" "held-out")
  (for [each (find-cells model (write-sample model SAMPLE))]
    (print-row f"{(. (Path path) stem)}: {each.name}" (+ 1 each.layer) each.cell
      f"{each.correlation :+.2f}"
      (if read f"{(correlation each #* read) :+.2f}" ""))))


(defn correlation [each units activations]
  "Return how well the cell `each` follows its feature in what `read-cells` returned of a text."
  (setv
    cell (get activations each.layer #((slice None) (slice each.cell (+ 1 each.cell))))
    mark (get (mark-features units) each.name #((slice None) None)))
  (get (correlations cell mark) #(0 0)))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
