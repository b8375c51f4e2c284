"A model's worker: whatever goes wrong in it, requests are settled."

(import
  json
  lstm-textgen.pages.assembly [SHARED]
  tests.node [in-node])

(setv
  ;; The page's side and the worker's in one thread, with messages that take a moment.
  BEFORE (+ f"globalThis.unpacked = {{ constants: {(json.dumps SHARED)}, "
      "worker: '', kernels: [] };"
    #[[const page = new EventTarget(), worker = new EventTarget();
    const tell = (target, type, values) =>
      setTimeout(() => target.dispatchEvent(Object.assign(new Event(type), values)));
    globalThis.Worker = function () {
      return Object.assign(page, { postMessage: (data) => tell(worker, "message", { data }) });
    };
    globalThis.addEventListener = (...all) => worker.addEventListener(...all);
    globalThis.postMessage = (data) => tell(page, "message", { data });
    globalThis.reportError = ({ message }) => tell(page, "error", { message });]])
  FACTS {"unit" "characters"  "units" ["a" "b"]  "unknown" None  "layers" [["lstm" 1]]
    "embedding" 1  "bits" 16  "names" ""  "lexicon" ""  "end" ""})


(defn asked [size code]
  "Return what the `code` makes of a model whose weights have `size` bytes, and of `settle`."
  (in-node ["models/model" "worker"] f"async ([facts, size]) => {{
      const model = new Model(facts, new Uint8Array(size));
      const settle = (what) => model.ask(what, {{ text: 'a' }}).catch(({{ message }}) => message);
      {code} }}"
    [FACTS size] :before BEFORE))


(defn test-an-exception-rejects-the-request-that-met-it []
  (setv [error answer] (asked 10_000 "return [await settle('begin'), await settle('know')]"))
  (assert (in "TypeError" error))
  (assert (= answer {})))


(defn test-a-worker-that-cannot-start-rejects-all-requests []
  (setv code "return [...await Promise.all(['a', 'b'].map(settle)), await settle('c')]")
  (assert (= (* ["Offset is outside the bounds of the DataView"] 3) (asked 0 code))))
