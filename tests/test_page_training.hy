"A run of training in a page: its plan, its batches, what it learns, compared with the program."

(import
  base64 [b64decode]
  functools [cache]
  math
  random [Random]
  numpy :as np
  pytest
  lstm-textgen.modelfile.checkpoint [recorded-model]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.pages.assembly [PAGES SHARED base64]
  lstm-textgen.text.units [Characters]
  lstm-textgen.textmodel [TextModel]
  tests.helpers [ROOT]
  tests.node [in-node])

(setv
  MODULES ["text/binary" "teaching/batches" "teaching/corpus" "teaching/recipe"
    "teaching/training" "writing/sampler"]
  PROSE (cut (.read-text (/ ROOT "corpora/lighthouse.txt") :encoding "utf-8") 4000)
  SENTENCES (.join "" (gfor
    n (range 150)
    :setv animal (.choice (Random n) ["cat" "dog" "hen" "cow"])
    f"The {animal} sat {n}.\n"))
  FOUR-LETTERS (.join "" (gfor
    n (range 500)
    (+ (.join "" (.choices (Random n) "abcdefgh" :k 4)) "\n"))))


;; * Batches

(defn batches-on-page [text form]
  "Return the batches of an epoch of `text`, ids or lists of them: x and y (rows, lookback)."
  (lfor
    [x y empty] (in-node MODULES (+ "([text, form]) => { const ids = Array.isArray(text[0]) ? "
        "text.map((item) => Int32Array.from(item)) : Int32Array.from(text);"
        "const epoch = new Batches(ids, form).epoch(randomNumbers(1, 1));"
        "return [...epoch].map(({x, y, empty}) => [[...x], [...y], empty]); }")
      [text form])
    [#* (lfor ids [x y] (.tolist (. (np.reshape ids #(-1 (get form "rows"))) T))) empty]))


(defn test-each-row-reads-on-through-the-ring-of-a-text []
  (setv
    form {"rows" 3  "lookback" 4  "run" 2  "whole" False  "ends" 0}
    batches (batches-on-page (list (range 50)) form))
  (assert (= (lfor [_ _ empty] batches empty) [True False True False]))
  (for [row (range 3)]
    (setv read (sum (lfor [x _ _] batches (get x row)) []))
    (assert (= read (lfor n (range 16) (% (+ (get read 0) n) 50))))
    (assert (= (get batches 0 1 row) (lfor id (get batches 0 0 row) (% (+ id 1) 50))))))


(defn test-each-window-begins-with-a-whole-item []
  (setv
    items (lfor n (range 20) [#* (* [n] (+ 1 (% n 5))) 99])
    form {"rows" 2  "lookback" 8  "tuned" True  "whole" True  "ends" 1}
    batches (batches-on-page items form))
  (assert (all (gfor [_ _ empty] batches empty)))
  (for [[x y _] batches  [before read] (zip x y)]
    (assert (= (get before 0) 99))
    (assert (= (cut before 1 None) (cut read -1)))
    (assert (.startswith (str read) (.removesuffix (str (get items (get read 0))) "]")))))


(defn test-the-first-of-the-windows-that-carry-the-state-over-begins-with-an-item []
  (setv
    items (lfor n (range 30) [#* (* [n] (+ 1 (% n 5))) 99])
    form {"rows" 2  "lookback" 4  "run" 3  "whole" False  "aligned" True  "ends" 1}
    batches (batches-on-page items form))
  (for [[n [x _ empty]] (enumerate batches)]
    (assert (= empty (= (% n 3) 0)))
    (when empty
      (for [[before item #* _] x]
        (assert (= before 99))
        (assert (!= item 99))))))


(defn test-each-held-out-unit-is-predicted-once-after-those-before-it []
  (setv
    [rows lookback held] [4 8 300]
    [xs ys] (zip #* (in-node MODULES (+ "([held, form]) => [...readings("
        "Int32Array.from({length: held}, (_, n) => n), [-5], form, 16)]"
        ".map(({x, y}) => [[...x], [...y]])")
      [held {"rows" rows  "lookback" lookback}]))
    pairs (lfor [x y] (zip (sum xs []) (sum ys [])) :if (>= y 0) #(x y)))
  (assert (= (sorted pairs :key (fn [pair] (get pair 1)))
    [#(-5 0) #* (lfor n (range (- held 1)) #(n (+ n 1)))])))


;; * A run

(setv
  LEARNING (get SHARED "learning")
  ;; No clock decides how large a new network is, nor when a run ends.
  UNTIMED {#** SHARED  "learning" {#** LEARNING
    "seconds" {"new" 1e9  "most" 1e9}
    "new" {#** (get LEARNING "new")
      "sizes" (lfor size (get LEARNING "new" "sizes") :if (= (get size "units") 128) size)}}})


(defn taught [text [code ""] [parent {"facts" None  "weights" None}] #** task]
  #[[Return the news of a page that is taught `text`: dicts, with weights in base64.

  The `code` of JavaScript runs at each of the `news`; the last has the text that was held out.]]
  (in-node MODULES
    (+ "async ([task, kernels, constants]) => { const [all, asked] = [[], {}];"
      "const weights = task.weights && fromBase64(task.weights);"
      "const job = {...task, weights, constants, codes: [fromBase64(kernels)], ports: [], asked,"
      "seed: 1, report: (news) => {" code
      "all.push({...news, weights: news.weights && toBase64(news.weights)}); } };"
      "await teach(job); const { validation, facts } = makeCorpus(job);"
      "const held = Array.from(joined(validation), (id) => facts.units[id]).join('');"
      "Object.assign(all[all.length - 1], {held}); return all; }")
    [ {"text" text  "items" None  "name" "new"  "goesOn" False  "facts" (get parent "facts")
        "weights" (get parent "weights")  #** task}
      (base64 (.read-bytes (/ PAGES "built/kernels-simd.wasm")))
      UNTIMED]))


(defn [cache] run-of [name]
  "Return the news of one of the runs of which the tests are about."
  (match name
    "new" (taught PROSE)
    "plain" (taught SENTENCES)
    "tuned" (taught (+ (.replace SENTENCES "cat" "c\u00e4t") "\u00bfSo?\n")
      :parent (get (run-of "plain") -1) :goesOn True)
    "strange" (taught PROSE :parent (get (run-of "plain") -1) :goesOn True)
    "list" (taught FOUR-LETTERS :items "line")))


(defn model-of [done]
  "Return the `TextModel` that the last news of a run has, `done`."
  (setv
    facts (get done "facts")
    model (recorded-model (Characters (get facts "units")) (get facts "record"))
    numbers (.astype (np.frombuffer (b64decode (get done "weights")) "<f2") "float32")
    shapes (lfor [_ shape] (weight-shapes model.spec) shape)
    ends (np.cumsum (list (map math.prod shapes)))
    parts (np.split numbers (cut ends -1)))
  (setv model.weights (lfor [part shape] (zip parts shapes) (.reshape part shape)))
  (TextModel model))


(defn epochs-of [news]
  (lfor each news :if (= (get each "event") "epoch") each))


(defn [(pytest.mark.parametrize "name" ["new" "tuned" "strange" "list"])]
    test-losses-fall-to-what-the-program-finds-and-the-part-that-is-done-grows [name]
  (setv
    news (run-of name)
    [before first #* _ last] (epochs-of news)
    parts (lfor each news :if (in "part" each) (get each "part"))
    done (get news -1)
    [score _ _] (.score (model-of done) (get done "held")))
  (assert (< (get last "training") (get first "training")))
  (assert (< (get last "validation") (get before "validation")))
  (assert (= score.bits (pytest.approx (get done "bits") :abs 0.01)))
  (assert (= parts (sorted parts)))
  (assert (<= (get parts -1) 1)))


(defn test-an-item-ends-where-it-should []
  (setv
    done (get (run-of "list") -1)
    [_ units bits] (.score (model-of done) (get done "held")))
  (assert (< (.mean (get bits (= (np.array units) "\n"))) 0.1)))


(defn test-a-run-that-only-learns-by-heart-ends-early []
  (setv news (run-of "plain"))
  (assert (= (get news -1 "why") "by heart"))
  (assert (get (epochs-of news) -1 "byHeart"))
  (assert (= (get (run-of "new") -1 "why") "finished")))


(defn test-a-parent-that-knows-the-text-is-changed-gently []
  (setv [[known gentle] [strange bold]] (lfor
    name ["tuned" "strange"]
    :setv plan (get (run-of name) 0)
    [(get plan "knows" "familiar") (get plan "plan" "rate")]))
  (assert (= [known strange] [True False]))
  (assert (< gentle bold)))


(defn test-a-text-that-its-parent-predicts-poorly-is-learned-by-a-new-network []
  (setv
    [plan #* _ done] (taught PROSE :parent (get (run-of "plain") -1))
    [_ #* _ own] (run-of "new"))
  (assert (and (get plan "knows" "strange") (not (get plan "plan" "tuned"))))
  (assert (= (get done "weights") (get own "weights"))))


(defn test-only-a-network-that-replaces-a-parent-may-be-large []
  (setv
    sought {"units" 20_000  "lookback" 64  "parent" None  "speed" 10}
    sizes (in-node MODULES (+ "(sought) => [false, true].map((large) => "
      "planFor({...sought, large}, constants).layers[0][1])") sought))
  (assert (= sizes [256 512])))


(defn test-the-same-seed-brings-the-same-model []
  (setv again (taught PROSE))
  (assert (= (get again -1 "weights") (get (run-of "new") -1 "weights"))))


(defn test-a-run-that-is-stopped-keeps-the-best []
  (setv
    news (taught PROSE "if (news.epoch === 3) asked.stop = true;")
    done (get news -1))
  (assert (= (get done "why") "stopped"))
  (assert (= (get done "bits")
    (pytest.approx (min (gfor each (epochs-of news) (get each "validation"))) :abs 0.001))))


(defn test-a-run-that-diverges-ends-with-a-message []
  (with [_ (pytest.raises AssertionError :match "teach.failed.diverged")]
    (taught PROSE "if (news.plan) news.plan.rate = 1e9;")))
