"Training in a notebook: what a run shows, and the stop button."

(import
  asyncio
  threading
  time
  nbclient [NotebookClient]
  nbformat
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [shell-environment write-text])

(setv
  TRAIN #[[
import lstm_textgen, tests.counting
tests.counting.install()
small = dict(layers=24, lookback=16, batch_size=8, learning_rate=0.02)
model = lstm_textgen.train("text.txt", epochs=EPOCHS, **small)
]])


(defn [pytest.fixture] notebook [tmp-path monkeypatch]
  "Return a function that begins a notebook of these cells, in a folder with `text.txt`."
  (write-text tmp-path)
  (for [[name value] (.items (shell-environment))] (.setenv monkeypatch name value))
  (.setenv monkeypatch "IPYTHONDIR" (str (/ tmp-path "ipython")))
  (fn [#* cells #** options]
    (NotebookClient
      (nbformat.v4.new-notebook :cells (list (map nbformat.v4.new-code-cell cells)))
      :timeout 200
      :resources {"metadata" {"path" (str tmp-path)}}
      #** options)))


(defn text-of [cell]
  (.join "" (gfor
    output cell.outputs
    (.get output "text" (.get (.get output "data" {}) "text/plain" "")))))


(defn test-a-notebook-shows-the-run [notebook]
  (setv
    client (notebook (.replace TRAIN "EPOCHS" "2"))
    [run] (. (.execute client) cells)
    text (text-of run))
  (for [words ["epoch 2/2" "lstm:24" "finished: 2 epochs done; "]] (assert (in words text)))
  (assert (not-in "\x1b" text)))


(defn [pytest.mark.slow]
    test-the-stop-button-stops-and-saves-and-the-same-cell-resumes [notebook tmp-path]
  (setv client (notebook (.replace TRAIN "EPOCHS" "0, patience=0") :allow-errors True))
  (defn press-stop [#* _ #** __]
    (defn wait []
      (while (not (.exists (/ tmp-path "model.h5"))) (time.sleep 0.1))
      (asyncio.run (.interrupt-kernel client.km)))
    (.start (threading.Thread :target wait)))
  (setv client.on-cell-execute press-stop)
  (setv
    [cell] (. (.execute client) cells)
    [error] (lfor output cell.outputs :if (= output.output-type "error") output))
  (assert (= error.traceback
    ["Stopped by SIGINT; the model is saved, and the same call resumes."]))
  (assert (. (load-checkpoint (/ tmp-path "model") :resume True) resume)))
