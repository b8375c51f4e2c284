"Streams in a batch have the same bits as alone."

(eval-when-compile (require hyrule [ncut]))
(import
  dataclasses [replace]
  numpy :as np
  pytest
  lstm-textgen.writing.engine [Engine]
  lstm-textgen.writing.rows [Rows]
  tests.helpers [run-hy small-model succeeded])

(setv
  pytestmark pytest.mark.quick
  MOST 20
  ;; Widths that fill blocks of columns and that don't, one layer and several.
  NETWORKS ["lstm:6" "lstm:24,gru:7" "gru:100" "lstm:128" "lstm:200,lstm:64" "gru-before:33"]
  KERNELS ["Prescott" "Sandybridge" "Haswell" "SkylakeX"])  ; of OpenBLAS, for older processors


(defn model-of [layers]
  "Return a model of 27 characters with weights so small that rounding stays small, too."
  (setv model (small-model :layers layers :resume False :text "abcdefghijklmnopqrstuvwxyz\n"))
  (replace model :weights (lfor w model.weights (* w (np.float32 0.2)))))


(defn rows-of [layers #** options]
  "Return the `Rows` of such a model."
  (setv model (model-of layers))
  (Rows model.settings.layers model.weights MOST #** options))


(defn random-ids [time streams]
  (.integers (np.random.default-rng 3) 27 :size #(time streams)))


(defn read [rows ids]
  "Let the first streams of `rows` read `ids` (time, streams) from the start; return their logits."
  (for [array rows.state] (.fill array 0))
  (setv engine (.engine rows (get ids.shape 1)))
  (for [now ids] (.step engine (if (= engine.streams 1) (get now 0) now)))
  (.copy (np.atleast-2d engine.logits)))


(defn [(pytest.mark.parametrize "alone" [None True])
    (pytest.mark.parametrize "layers" NETWORKS)]
    test-a-stream-s-bits-do-not-depend-on-the-others [layers alone]
  (setv
    rows (rows-of layers :alone alone)
    ids (random-ids 12 MOST)
    together (read rows ids))
  (assert (.independent? rows))
  (for [[first last] [[0 1] [7 8] [3 5] [1 20] [2 17]]]
    (assert (np.array-equal
      (read rows (ncut ids : (: first last)))
      (cut together first last)))))


(defn [(pytest.mark.parametrize "layers" NETWORKS)]
    test-they-are-what-one-engine-alone-computes [layers]
  (setv
    model (model-of layers)
    ids (random-ids 12 3)
    alone (.feed (Engine model.settings.layers model.weights) (ncut ids : 1)))
  (assert (np.allclose (get (read (rows-of layers) ids) 1) alone :rtol 1e-4 :atol 1e-5)))


(defn test-a-large-vocabulary-has-no-table [monkeypatch]
  (setv
    ids (random-ids 9 6)
    wanted (read (rows-of "lstm:24") ids))
  (.setattr monkeypatch "lstm_textgen.writing.engine.MAX_TABLE" 1)
  (setv rows (rows-of "lstm:24"))
  (assert (np.allclose (read rows ids) wanted :rtol 1e-4 :atol 1e-5))
  (assert (np.array-equal (read rows (ncut ids : (: 5 6))) (cut (read rows ids) 5 6))))


(defn test-a-stream-moves-with-all-that-it-remembers []
  (setv
    rows (rows-of "lstm:24,gru:7")
    ids (random-ids 8 2))
  (read rows ids)
  (.move rows 1 0)
  (setv engine (.engine rows 1))
  (.step engine 4)
  (setv moved (.copy engine.logits))
  (read rows (np.vstack [ids [[4 4]]]))
  (assert (np.array-equal moved (get (. (.engine rows 2) logits) 1))))


(defn test-where-bits-differ-each-row-is-multiplied-by-itself [monkeypatch]
  (.setattr monkeypatch Rows (hy.mangle "independent?") (fn [self] False))
  (assert (. (rows-of "lstm:6") alone)))


(defn [(pytest.mark.parametrize "kernel" KERNELS)]
    test-older-processors-agree-too-or-multiply-row-by-row [kernel]
  (setv code (+ "(import tests.test-rows [rows-of]) (setv rows (rows-of \"lstm:200,lstm:64\")) "
    "(assert (.independent? rows))"))
  (succeeded (run-hy code :cold True :environment {"OPENBLAS_CORETYPE" kernel}))
  None)
