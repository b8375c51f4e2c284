#[[How large a page is, and how fast it writes: `python -m hy bench/page.hy [LAYERS…]`.

For models with random weights and LAYERS, several by default: the size of the page, bytes for each
weight beyond 150 KB, how long it takes to open, and how many characters a second it writes at full
speed, the median of `ROUNDS`. Needs the extra `test` and Chromium.]]

(import
  pathlib [Path]
  statistics [median]
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  bench.common [print-header print-row processor results rounds]
  lstm-textgen.pages.playground [playground]
  tests.browser [open-page start-browser wait-for-units wait-until]
  tests.helpers [small-model])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS (rounds 3)
  LENGTH 12_000  ; characters in each round
  OWN 150_000  ; bytes that a page may have besides 2.8 for each weight
  LAYERS ["128" "256" "384" "512" "512,512" "gru:256"]
  UNITS (.join "" (map chr (range 33 102))))


(defn main [#* layers]
  "Print a row for each of the `layers`."
  (print f"{(processor)}, {ROUNDS} rounds\n")
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


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
