"What a page learns is what the program learns: gradients, steps, losses."

(import
  numpy :as np
  pytest
  lstm-textgen.learning.learner [network]
  lstm-textgen.learning.learner.protocol [values]
  lstm-textgen.learning.learner.stock [StockLearner]
  lstm-textgen.pages.assembly [ASSETS base64]
  lstm-textgen.pages.playground [KERNELS]
  lstm-textgen.settings.training [BETA-1 BETA-2 CLIP-NORM EPSILON]
  tests.browser [SENTENCE in-browser]
  tests.helpers [small-model])

(setv
  SHAPE #(3 5)  ; rows and steps of a batch
  PLACES 15
  RATE 0.01
  MODULES ["binary.js" "heap.js" "network.js" "layer.js" "learn.js"]
  ADAM {"rate" RATE  "clip" CLIP-NORM  "beta1" BETA-1  "beta2" BETA-2  "epsilon" EPSILON})


(defn flat [weights]
  "Return `weights` as a page has them, in one list."
  (.tolist (np.concatenate (lfor w weights (.ravel w)))))


(defn placed [#* arrays]
  "Return `arrays` of ids (rows, steps) as a page has them: row after row of each step."
  (lfor a arrays (.tolist (.ravel (. a T)))))


(defn taught [browser model code #* arguments [kernels "kernels.wasm"] [shape SHAPE]]
  #[[Return what the `code` of a function of a `Learner` makes of more `arguments`.

  The learner has the weights of `model`, and computes by `kernels`.]]
  (in-browser browser MODULES
    (+ "async ([kernels, shape, rows, steps, weights, more]) => {"
      "const module = compiled([fromBase64(kernels)]);"
      "const learner = new Learner(shape, module, rows, steps);"
      "learner.weights.set(weights); learner.refresh();"
      f"return ({code})(learner, ...more); }}")
    [ (base64 (.read-bytes (/ ASSETS kernels)))
      { "vocabulary" (len model.vocabulary)  "embedding" model.facts.embedding
        "layers" (lfor each model.settings.layers.recurrent [each.kind each.size])}
      #* shape
      (flat model.weights)
      arguments]))


(defn model-of [layers unit]
  (small-model :layers layers :unit unit :text SENTENCE :scale 0.3))


(defn batches-of [model count]
  "Return `count` batches [x y], each (rows, steps), of random ids."
  (setv random (np.random.default-rng 2))
  (lfor
    _ (range count)
    (lfor _ "xy" (.integers random 0 (len model.vocabulary) SHAPE :dtype "int32"))))


(setv LEARN #[[(learner, batches, adam, steadying) => batches.map(([x, y]) => {
  const nats = learner.gradients({
    x: Int32Array.from(x), y: Int32Array.from(y), scale: 1 / x.length, steadying});
  learner.update(adam);
  return nats / x.length;
})]])


(defn [(pytest.mark.parametrize "kernels" KERNELS)
    (pytest.mark.parametrize #("layers" "unit" "large") [
      #("12" "characters" 512) #("lstm:9,lstm:7" "pieces" 512) #("9" "pieces" 8)
      #("lstm:8,lstm:5" "characters" 8)])]
    test-ten-steps-on-a-page-are-those-of-keras [browser monkeypatch layers unit large kernels]
  (.setattr monkeypatch network "LARGE_LAYER" large)
  (setv
    model (model-of layers unit)
    learner (StockLearner model.spec SHAPE 1 RATE)
    batches (batches-of model 10))
  (.put learner learner.weights model.weights)
  (setv found (taught browser model LEARN (lfor batch batches (placed #* batch)) ADAM
    {"from" large  "alpha" network.ALPHA  "beta" network.BETA} :kernels kernels))
  (assert (= found (pytest.approx (lfor batch batches (.learn learner #* batch)) :abs 1e-3))))
