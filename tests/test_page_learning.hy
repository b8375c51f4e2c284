"What a page learns is what the program learns: gradients, steps, losses."

(import
  numpy :as np
  pytest
  lstm-textgen.learning.learner [network]
  lstm-textgen.learning.learner.stock [StockLearner]
  lstm-textgen.pages.assembly [PAGES base64]
  lstm-textgen.pages.playground [KERNELS]
  lstm-textgen.settings.training [BETA-1 BETA-2 CLIP-NORM EPSILON]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  tests.browser [SENTENCE]
  tests.helpers [small-model]
  tests.node [SOURCE in-node])

(setv
  SHAPE #(3 5)  ; rows and steps of a batch
  RATE 0.01
  MODULES ["text/binary" "network/packing" "teaching/team"]
  ;; The code of a worker that is a member of a team.
  HELPER #[f[
    import {{ parentPort }} from "node:worker_threads";
    const team = import("{(.as-uri (/ SOURCE "teaching/team.ts"))}");
    parentPort.once("message", async (port) => (await team).share(port));]f]
  ADAM {"rate" RATE  "clip" CLIP-NORM  "beta1" BETA-1  "beta2" BETA-2  "epsilon" EPSILON})


(defn flat [weights]
  "Return `weights` as a page has them, in one list."
  (.tolist (np.concatenate (lfor w weights (.ravel w)))))


(defn placed [#* arrays]
  "Return `arrays` of ids (rows, steps) as a page has them: row after row of each step."
  (lfor a arrays (.tolist (.ravel (. a T)))))


(setv MAKE #[[async ([worker, kernels, shape, rows, lookback, weights, more]) => {
  const { Worker } = await import("node:worker_threads");
  const ports = worker.map((code) => {
    const { port1, port2 } = new MessageChannel();
    new Worker(code, { eval: true }).postMessage(port2, [port2]);
    return port1;
  });
  const code = fromBase64(kernels);
  const team = await Team.make(shape, { rows, lookback }, code, ports);
  team.weights.set(weights);
  await team.refresh();
  return (CODE)(team, ...more);
}]])


(defn taught [model code #* arguments [kernels "kernels.wasm"] [helpers 0]]
  #[[Return what the `code` of a function of a `Team` makes of more `arguments`.

  The team has the weights of `model`, computes by `kernels` and has a number of `helpers`.]]
  (in-node MODULES (.replace MAKE "CODE" code)
    [ (* [HELPER] helpers)
      (base64 (.read-bytes (/ PAGES "built" kernels)))
      { "vocabulary" (len model.vocabulary)  "embedding" model.facts.embedding
        "layers" (lfor each model.settings.layers.recurrent each.size)}
      #* SHAPE
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


(setv LEARN #[[async (team, batches, adam, how) => {
  const losses = [];
  for (const [x, y] of batches) {
    const batch = { x: Int32Array.from(x), y: Int32Array.from(y), empty: losses.length === 0 };
    const scale = 1 / x.length;
    losses.push(scale * (await team.gradients({ ...batch, scale, ...how })));
    await team.update(adam);
  }
  return losses;
}]])


(defn [(pytest.mark.parametrize #("layers" "unit" "large") [
    #("lstm:9,lstm:7" "pieces" 512) #("lstm:16,lstm:5" "characters" 8)])]
    test-ten-steps-on-a-page-are-those-of-keras [monkeypatch layers unit large]
  (.setattr monkeypatch network "LARGE_LAYER" large)
  (setv
    model (model-of layers unit)
    learner (StockLearner model.spec SHAPE 1 RATE)
    batches (batches-of model 10)
    steadying {"from" large  "alpha" network.ALPHA  "beta" network.BETA})
  (.put learner learner.weights model.weights)
  (setv losses (lfor batch batches (.learn learner #* batch)))
  (for [kernels KERNELS]
    (setv found (taught model LEARN (lfor batch batches (placed #* batch)) ADAM
      {"steadying" steadying} :kernels kernels))
    (assert (= found (pytest.approx losses :abs 1e-3)))))


(setv DIFFERENCES #[[async (team, x, y, how) => {
  const random = () => { drawn = (drawn + 0.618034) % 1; return drawn; };
  const ids = { x: Int32Array.from(x), y: Int32Array.from(y), empty: true };
  let drawn = 0;
  const nats = async () => {
    drawn = 0;
    await team.refresh();
    return team.gradients({ ...ids, scale: 1, random, ...how });
  };
  const natsAt = async (place, weight) => {
    team.weights[place] = weight;
    return nats();
  };
  const pairs = [];
  for (let place = 0; place < team.weights.length; place += Math.floor(team.weights.length / 60)) {
    const { [place]: weight } = team.weights;
    const [high, low] = [await natsAt(place, weight + 0.01), await natsAt(place, weight - 0.01)];
    await natsAt(place, weight);
    const { [place]: found } = team.member.learner.gradient;
    pairs.push([(high - low) / 0.02, found]);
  }
  return pairs;
}]])


(defn test-gradients-with-dropout-are-those-of-differences []
  (setv
    model (model-of "lstm:9,lstm:7" "pieces")
    [batch] (batches-of model 1)
    how {"dropout" 0.4  "before" 0.3}
    pairs (np.array (taught model DIFFERENCES #* (placed #* batch) how)))
  (assert (np.allclose #* (. pairs T) :atol 1e-3))
  (assert (> (.max (np.abs pairs)) 0.1)))


(setv DROP #[[async (team, ...rest) => {
  await team.time(); // gradients that nobody uses
  let drawn = 0;
  const random = () => (drawn = (drawn + 0.618034) % 1);
  return (LEARN)(team, ...rest, { random, dropout: 0.4, before: 0.2 });
}]])


(defn [(pytest.mark.parametrize #("layers" "helpers") [
    #("lstm:9,lstm:7" 1) #("lstm:9,lstm:6" 2)])]  ; the latter has 1,141 weights
    test-workers-that-share-batches-learn-as-one-does [layers helpers]
  (setv
    model (model-of layers "pieces")
    batches (lfor batch (batches-of model 6) (placed #* batch))
    [shared alone] (lfor n [helpers 0]
      (taught model (.replace DROP "LEARN" LEARN) batches ADAM :helpers n)))
  (assert (= shared (pytest.approx alone :abs 1e-5))))


(setv RECRUIT #[[async (_, times) => {
  const ports = Array.from({ length: 3 }, () => {
    const { port1, port2 } = new MessageChannel();
    share(port2); // no worker is needed for that
    return port1;
  });
  Team.prototype.time = async function () { return times[this.helpers.length]; };
  let memories = 0;
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(size) { super(size); memories += 1; }
  };
  const make = recruiter(code, ports);
  const size = { rows: 8, lookback };
  const teams = [await make(shape, size), await make(shape, size)];
  const [now] = teams.map((team) => team.helpers.length);
  let idle = ports.length - now;
  const left = new Promise((resolve) => { globalThis.close = () => --idle || resolve(); });
  teams[1].dismiss();
  await (idle && left);
  return [now, teams[1].helpers.length, memories];
}]])


(defn [(pytest.mark.parametrize #("times" "helpers" "memories") [
    #([4 5] 0 2) #([4 3 0 5] 1 4) #([4 3 0 2] 3 4)])]
    test-a-team-has-the-helpers-that-make-it-faster-and-each-worker-one-memory
    [times helpers memories]
  (assert (= (taught (model-of "4" "characters") RECRUIT times)
    [helpers helpers memories])))


(setv INHERIT #[[async (team, x, y, adam) => {
  const learn = async (each) => {
    each.weights.set(weights);
    await each.refresh();
    await each.gradients({ x: Int32Array.from(x), y: Int32Array.from(y), scale: 1 });
    await each.update(adam);
    return Array.from(each.weights);
  };
  const next = ({ member }, rows) => Team.make(shape, { rows, lookback }, code, [], 0, member);
  return [await learn(team), await learn(await next(await next(team, 999), rows))];
}]])


(defn test-a-learner-in-an-earlier-ones-memory-begins-anew []
  (setv
    model (model-of "9" "pieces")
    [batch] (batches-of model 1)
    [first again] (taught model INHERIT #* (placed #* batch) ADAM))
  (assert (= first again)))


(setv OVERHEAR #[[async (team) => {
  const sizes = [];
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (message, ...rest) {
    sizes.push(...(message.buffer ? [message.buffer.byteLength] : []));
    post.call(this, message, ...rest);
  };
  await team.refresh();
  return sizes;
}]])


(defn test-what-workers-get-is-no-more-than-they-need []
  (setv
    model (model-of "12" "characters")
    sizes (taught model OVERHEAR :helpers 1))
  (assert (= (len sizes) 2))
  (assert (<= 0 (- (max sizes) (* 2 model.weight-count)) 16)))  ; half of the weights, padded


(setv AVERAGE #[[async (team, batches, adam) => {
  const numbers = () => Array.from(team.weights);
  await team.begin();
  const all = [numbers()];
  for (const [x, y] of batches) {
    await team.gradients({ x: Int32Array.from(x), y: Int32Array.from(y), scale: 1 });
    await team.update(adam);
    all.push(numbers());
  }
  await team.swap();
  const mean = numbers();
  await team.swap();
  return [all, mean, numbers()];
}]])


(defn [(pytest.mark.parametrize "helpers" [0 1 2])]
    test-workers-keep-an-average-of-the-weights-that-can-take-their-place [helpers]
  (setv
    model (model-of "lstm:9,lstm:6" "pieces")
    batches (lfor batch (batches-of model 4) (placed #* batch))
    [[first #* others] mean last]
      (taught model AVERAGE batches {#** ADAM  "part" 0.3} :helpers helpers)
    expected (np.array first))
  (for [weights others] (+= expected (* 0.3 (- weights expected))))
  (assert (= mean (pytest.approx expected :abs 1e-6)))
  (assert (= last (get others -1))))


(setv READ #[[async (team, batches, softer) => {
  const expected = new Float64Array(shape.vocabulary);
  const losses = [];
  for (const [x, y] of batches) {
    const batch = { x: Int32Array.from(x), y: Int32Array.from(y), empty: losses.length === 0 };
    losses.push(Array.from(await team.losses({ ...batch, softer, expected })));
  }
  return [losses, Array.from(expected)];
}]])


(defn odds-of [model ids softer]
  #[[Return the probabilities (time, vocabulary) after each of `ids`, as the program has them.

  Logits are divided by `softer`.]]
  (setv engine (make-engine model))
  (softmax (np.stack (lfor id ids (/ (.step engine (int id)) softer)))))


(defn [(pytest.mark.parametrize #("helpers" "softer") [#(0 1) #(1 1) #(1 1.3)])]
    test-reading-gives-the-losses-and-what-was-expected [helpers softer]
  (setv
    model (model-of "12" "pieces")
    batches (batches-of model 2)
    [x y] (lfor each (zip #* batches) (np.hstack each))
    odds (np.stack (lfor row x (odds-of model row softer)))
    counted (< (% (np.arange y.size) 4) 3)
    counted (.reshape counted y.shape)
    ids (np.where counted y -1)
    own (np.take-along-axis odds (get y #(... None)) -1)
    [losses expected] (taught model READ
      (lfor parts (zip #* (lfor a [x ids] (np.hsplit a 2))) (placed #* parts))
      softer
      :helpers helpers))
  (assert (np.allclose (. (np.reshape losses #(10 3)) T)
    (* counted (- (np.log (get own #(... 0))))) :atol 1e-4))
  (assert (np.allclose expected (.sum (get odds counted) 0) :atol 1e-4)))
