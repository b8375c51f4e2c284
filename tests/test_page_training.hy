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
