"A page's worker reads a long sheet in slices, nothing twice, and what else it does goes on."

(import
  json
  lstm-textgen.pages.playground [playground]
  lstm-textgen.writing.words [Suggester]
  tests.browser [halved-model]
  tests.helpers [block-of brief packed-on]
  tests.node [in-node])

(setv
  pytestmark brief
  VERSE (* "hey, don't he-ho! Hey yo\n" 9)
  LONG (* "hey yo, " 300)
  ;; A worker whose clock goes on by a millisecond whenever it is looked at, and counts units read.
  WORKER-HERE (+ "async ([facts, weights, codes, others, text]) => {"
    "constants.choosing.milliseconds = 1e9; let ticks = 0; performance.now = () => ticks++;"
    "const make = () => new Writer({facts, constants, weights: fromBase64(weights),"
    "  codes: codes.map((code) => fromBase64(code))});"
    "const writer = make(); const { network } = writer; let read = 0;"
    "const advance = network.advance.bind(network);"
    "network.advance = (id) => { read++; return advance(id); };"
    "const ask = (text) => writer.suggest({text, count: 9, words: 1});"
    "const slice = () => new Promise((resolve) => setTimeout(resolve));"))


(defn in-worker [code [other None]]
  "Return what `code` returns in a worker of `a-model`, beside the weights of the model `other`."
  (setv
    page (playground (dfor [n model] (enumerate [(a-model) (or other (a-model))]) (str n) model))
    [weights others] (lfor n [0 1] (block-of page f"weights-{n}")))
  (in-node ["text/binary" "writing/writer"] (+ WORKER-HERE code "}")
    [(get (json.loads (block-of page "facts")) 0) weights (get (packed-on page) "kernels") others
      LONG]))


(defn a-model [[rng-seed 1]]
  (halved-model :text VERSE :scale 3 :rng-seed rng-seed))


(defn assert-words-of [found model text]
  (assert (= (lfor each found (get each "text"))
    (lfor each (.words (Suggester model) text 9) each.text))))


(defn test-a-newer-request-ends-reading-and-what-was-read-stays-read []
  (setv [older newer between all] (in-worker (+
    "const older = ask(text); await slice(); const between = read; const newer = ask(`${text}y`);"
    "return [await older, await newer, between, read];")))
  (assert (is older None))
  (assert-words-of newer (a-model) (+ LONG "y"))
  (assert (< 10 between (len LONG)))
  (assert (<= all (+ (len LONG) 9))))


(defn test-a-text-is-generated-as-if-none-was-read-meanwhile []
  (setv [alone beside words] (in-worker (+
    "const seed = {ids: [0, 1], start: 0, rest: '', opening: '', rngSeed: 1, stream: 0};"
    "const asked = {length: 9, milliseconds: 1e9, temperature: 1, topP: 1, minP: 0};"
    "const other = make(); other.begin(seed);"
    "const alone = [other.write(asked), other.write(asked)];"
    "writer.begin(seed); const words = ask(text);"
    "await slice(); const beside = [writer.write(asked)];"
    "await slice(); beside.push(writer.write(asked)); return [alone, beside, await words];")))
  (assert (= alone beside))
  (assert-words-of words (a-model) LONG))


(defn test-other-weights-read-the-sheet-anew []
  (setv
    other (a-model 5)
    [found] (in-worker :other other (+
      "await ask(text); writer.change({facts, weights: fromBase64(others)});"
      "return [await ask(text)];")))
  (assert-words-of found other LONG))


(defn test-within-a-word-little-is-computed-again []
  (setv [fresh again] (in-worker (+
    "const { streams } = network; const step = streams.step.bind(streams); let rows = 0;"
    "streams.step = (net, states, ids) => { rows += ids.length; return step(net, states, ids); };"
    "await ask('hey y'); const fresh = rows; writer.suggester.forget(); await ask('hey ');"
    "rows = 0; await ask('hey y'); return [fresh, rows];")))
  (assert (< again fresh)))
