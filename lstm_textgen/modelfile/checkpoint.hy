#[[The model file: a crash while writing it loses nothing, and an untrusted file does no harm.

`model.h5` has two readers. Stock Keras finds `model_config` and `model_weights`, as in each of its
own HDF5 files; this package finds `lstm_textgen`, a group with vocabulary, settings, facts,
history and, to resume training, `resume`. It reads a file only if that has exactly the parts of a
model.]]

(eval-when-compile (require hyrule [-> meth unless]))
(import
  contextlib [suppress]
  dataclasses [asdict dataclass replace]
  io [BytesIO]
  json
  math [prod]
  pathlib [Path]
  secrets [token-hex]
  tempfile [gettempdir]
  warnings
  numpy :as np
  lstm-textgen.basics.files [backup-path replace-file]
  lstm-textgen.basics.messages [Message failure refuse]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.modelfile.hdf5 [open-hdf5]
  lstm-textgen.modelfile.keraslayout [digest keras-attributes weight-shapes]
  lstm-textgen.modelfile.places [find-model model-path similar-model]
  lstm-textgen.modelfile.soundness [check-arrays check-contents check-record count?]
  lstm-textgen.settings.layers [NetworkSpec]
  lstm-textgen.settings.models [Facts ModelSettings from-file]
  lstm-textgen.text.units [Vocabulary]
  lstm-textgen.text.vocabulary [parse-vocabulary])

(setv
  FORMAT 6  ; earlier versions, which were never published, wrote 1 to 5
  ;; The parts of the group `lstm_textgen`:
  RECORD {"settings" dict  "facts" dict  "history" list}  ; in JSON; a page has it, too
  TEXT-PARTS ["vocabulary" #* RECORD]  ; in JSON, in every file
  EVALUATION "evaluation"  ; in JSON, only of trained models
  BYTE-PARTS ["items" "shingles" "refrains" "lexicon"]  ; optional; attributes of a `Checkpoint`
  FILE-PARTS [#* TEXT-PARTS EVALUATION #* BYTE-PARTS]  ; all but …
  RESUME "lstm_textgen/resume"  ; … this group, with the state of training and …
  RESUME-PARTS ["variables" "optimizer"]  ; … these groups of arrays
  FLAGS-OF-BITS ["bfloat16" "one_thread" "on_torch"]  ; of a `Progress`, in a file only if true
  DAMAGED "it is damaged: its checksum does not match")


(defclass [dataclass] Progress []
  "The progress of a training run in its text."
  #^ int epoch       ; epochs done
  #^ int step        ; steps done in the current epoch
  #^ int updates     ; updates of the weights, over all epochs
  #^ float loss-sum  ; the sum of the losses of those `step` steps, in nats per unit
  #^ str text        ; the training text's `text-id`; files have it under this name
  (setv  ; what bits depend on, too
    #^ bool bfloat16 False     ; whether products are in bfloat16
    #^ bool one-thread False    ; whether steps are on one thread, where that matters
    #^ bool on-torch False))    ; whether the backend is PyTorch


(defclass [(dataclass :eq False)] Resume []
  "The state for resuming training with the same bits; the lists are of arrays."
  #^ Progress progress
  #^ list variables
  #^ list optimizer)  ; its variables and, in fine-tuning, the average of the weights


(defclass [(dataclass :eq False)] Checkpoint []
  #[[A model as stored in its file.

  `weights` are float32 arrays in Keras' order: the embedding (vocabulary, dimensions); for each
  LSTM layer the kernel (in, 4 × units), the recurrent kernel (units, 4 × units) and the bias; the
  dense kernel (units, vocabulary) and bias (vocabulary,).]]
  #^ list weights
  #^ Vocabulary vocabulary
  #^ ModelSettings settings
  #^ Facts facts
  #^ list history  ; a dict for each epoch
  (setv
    #^ Resume resume None    ; None if training can't be resumed
    #^ dict evaluation None  ; a `calibration`, and the epoch whose weights had it
    #^ bytes items b""       ; the `fingerprints` of the items of its list, if it has them
    #^ bytes shingles b""    ; the filter of its texts' passages of 20 characters …
    #^ bytes refrains b""    ; … and of those that come more than once: see `shingles-of`
    #^ bytes lexicon b""     ; the words that it keeps to, if it does: see `lexicon-of`
    #^ bool half False       ; whether the file has 16-bit weights, to be small
    #^ bool trained False)   ; whether a run of this process has trained it

  (meth [property] weight-count []
    "The number of the network's weights, which may not be there yet."
    (sum (gfor [_ shape] (weight-shapes @spec) (prod shape))))

  (meth [property] untrained? []
    "Whether it is a new model."
    (not (or @history @resume)))

  (meth [property] spec []
    "The `NetworkSpec` that the weights belong to."
    (NetworkSpec @settings.layers (len @vocabulary) @facts.embedding)))


(defclass OtherFormat [ValueError]
  "The file was written by a newer or an earlier version of this program.")


;; * The record: what a file says of a model in JSON, besides its vocabulary

(defn record-of [model]
  "Return the record of `model`: a dict of the parts in `RECORD`, ready for JSON."
  {"settings" (.as-dict model.settings)  "facts" (vars model.facts)  "history" model.history})


(defn recorded-model [vocabulary record #** parts]
  #[[Return the `Checkpoint`, without weights, of a `vocabulary`, a `record` and other `parts`.

  The record has the parts in `RECORD`, of the right types. Raise `ValueError` if it is invalid.]]
  (setv model (Checkpoint [] vocabulary
    :settings (from-file ModelSettings (get record "settings") "settings")
    :facts (from-file Facts (get record "facts") "facts")
    :history (get record "history")
    #** parts))
  (check-contents model)
  (unless (= vocabulary.unit model.settings.unit)
    (refuse "its vocabulary contradicts its settings"))
  (.encode vocabulary model.facts.beginning)  ; raises for units that the vocabulary lacks
  model)


;; * Saving

(defn save-checkpoint [checkpoint path [backup True] [mode None]]
  #[[Write `checkpoint` to the file at `path`; the old file, if it is sound, becomes `.bak`.

  Without `backup`, `.bak` stays as it is. A new file has the permissions `mode` (None: the usual).
  Raise `OSError` if the file can't be written, or `ValueError` if it couldn't be read again
  (weights must be finite), and keep the old file.]]
  (replace-file (model-path path) (file-image checkpoint) _sound? backup mode))


(defn save-elsewhere [checkpoint path]
  #[[Save to a new file beside `path` or in the temporary folder; return its path, or None.

  Its short name suits any file system, and nobody else may read it.]]
  (for [find [(fn [] path.parent) gettempdir]]  ; on full disks there is no temporary folder
    (with [_ (suppress OSError ValueError)]
      (setv other (/ (Path (find)) f"rescued-{(token-hex 4)}.h5"))
      (save-checkpoint checkpoint other :mode 0o600)
      (return other))))


(defn copy-to-share [checkpoint]
  "Return `checkpoint` without what tells of its training, to be saved with 16-bit weights."
  (replace checkpoint :resume None :shingles b"" :refrains b"" :half True))


(defn file-image [checkpoint]
  "Return the whole file as bytes; raise `ValueError` if they couldn't be read again."
  ;; It is made in memory, so a full disk affects a plain write, never HDF5.
  (import h5py)  ; only for writing: the import takes a tenth of a second
  (check-contents checkpoint)
  (setv image (BytesIO))
  (with [_ (np.errstate :over "ignore")]  ; a number beyond 16 bits becomes infinite
    (setv weights (lfor
      array checkpoint.weights
      (np.asarray array (if checkpoint.half "float16" "float32")))))
  (check-arrays "weights" weights)
  (with [file (h5py.File image "w")]
    ;; What stock Keras reads: the weights, and the attributes that describe them.
    (for [[[path shape] array] (zip (weight-shapes checkpoint.spec) weights :strict True)]
      (unless (= array.shape shape) (refuse f"weight {path}: {array.shape} is not {shape}"))
      (.create-dataset file f"model_weights/{path}" :data array))
    (for [[path attributes] (.items (keras-attributes checkpoint.spec))]
      (.update (. (get file (or path "/")) attrs) attributes))
    (_write-ours file checkpoint weights))
  (.getvalue image))


(defn _write-ours [file checkpoint weights]
  "Write the group `lstm_textgen` of `checkpoint`, with these `weights` in the file."
  (setv
    parts {
      "vocabulary" (.to-json checkpoint.vocabulary)
      #** (dfor [name part] (.items (record-of checkpoint)) name (json.dumps part))
      EVALUATION (when checkpoint.evaluation (json.dumps checkpoint.evaluation))
      #** (dfor name BYTE-PARTS name (getattr checkpoint name))}
    ;; As arrays of bytes: an attribute would hold at most 64 KiB and no NUL.
    arrays (dfor
      [name part] (.items parts)
      :if part
      name (np.frombuffer (if (isinstance part str) (.encode part) part) "uint8")))
  (for [[name array] (.items arrays)] (.create-dataset file f"lstm_textgen/{name}" :data array))
  (.update (. file ["lstm_textgen"] attrs) {
    "format" FORMAT
    "sha256" (digest [#* (.values arrays) #* (gfor w weights (np.asarray w "float32"))])})
  (when (setx resume checkpoint.resume)
    (setv
      progress (dfor
        [name value] (.items (asdict resume.progress))
        :if (is-not value False)
        name value)
      arrays {
        "state" (-> progress json.dumps .encode (np.frombuffer "uint8"))
        #** (dfor
          part RESUME-PARTS
          [n array] (enumerate (getattr resume part))
          f"{part}/{n}" array)})
    (check-record "training state" progress FLAGS-OF-BITS)
    (check-arrays "optimizer state" (.values arrays))
    (for [[name array] (.items arrays)] (.create-dataset file f"{RESUME}/{name}" :data array))
    (setv (. file [RESUME] attrs ["sha256"]) (digest (.values arrays)))))


;; * Loading

(defn load-checkpoint [path [resume False] [warn warnings.warn]]
  #[[Return the `Checkpoint` in the file at `path`; with `resume`, including its training state.

  `path` may be a `BytesIO` with what a file has. If a file is damaged and its `.bak` is valid,
  read that and call `warn` with a line about it. Raise `OSError` if no file can be read,
  `ValueError` if it isn't a model, is damaged, or has another format or other parts. Nothing in it
  is executed, and no other file is touched.]]
  (when (isinstance path BytesIO) (return (_read path resume)))
  (setv
    given (Path path)
    path (find-model path)
    backup (backup-path path))
  (unless (.exists path)
    (when (.exists backup)
      (refuse f"{path}: not found, but a backup exists; to use it, rename {backup} to "
        f"{path.name}; for a new model, delete the backup, too" :kind FileNotFoundError))
    (when (.is-file given)  ; it has another extension
      (refuse f"{given}: not a model of this program (.h5)"))
    (refuse f"{path}: there is no such model; "
      (or (similar-model path) ["train one with " 'sources ", or give another " 'path])
      :kind FileNotFoundError))
  (try
    (_read path resume)
    (except [OtherFormat] (raise))
    (except [error ValueError]
      (unless (_sound? backup) (raise))
      (warn (Message error f"; using the backup instead: {backup}"))
      (_read backup resume))))


(defn load-old [path warn]
  "Return the model at `path` to train further, or None; raise, too, if only its `.bak` is left."
  (when (or (.exists path) (.exists (backup-path path)))
    (try
      (load-checkpoint path :resume True :warn warn)
      (except [OtherFormat] (raise))
      (except [error ValueError]
        (refuse error "; to replace it, train a new model with " 'restart)))))


(defn _sound? [path]
  "Return whether the file at `path` is a complete model, or one of another format."
  (try
    (_read path True)
    True
    (except [OtherFormat] True)
    (except [[ValueError OSError]] False)))


(defn _read [path resume]
  "Return the `Checkpoint` in the file at `path`, or in a `BytesIO`."
  (try
    (with [file (open-hdf5 path)]
      (unless (in "lstm_textgen" file.objects)
        (refuse "it was not made by this program"))
      (setv number (.get (.attributes file "lstm_textgen") "format"))
      (unless (and (count? number) (>= number 1)) (refuse "it has no format number"))
      (unless (= number FORMAT)
        (refuse #* (if (> number FORMAT)
            [f"a newer lstm_textgen made it (format {number}): upgrade this one"]
            ["an earlier version made it: train again, with " 'restart " to replace it"])
          :kind OtherFormat))
      (_read-model file resume))
    (except [error ValueError]
      (raise (failure (if (isinstance error OtherFormat) OtherFormat ValueError)
        (if (isinstance path BytesIO) "" f"{path}: ") "not a usable model: " error) :from None))))


(defn _read-model [file resume]
  "Return the `Checkpoint` in the open `file`."
  (setv
    arrays (dfor
      name FILE-PARTS
      :if (or (in name TEXT-PARTS) (in f"lstm_textgen/{name}" file.objects))
      name (.array file f"lstm_textgen/{name}" "u"))
    parts (dfor [name array] (.items arrays) name (.tobytes array))
    model (recorded-model
      (parse-vocabulary (.decode (get parts "vocabulary")))
      (dfor [name kind] (.items RECORD) name (read-json (get parts name) f"its {name}" kind))
      :evaluation (when (in EVALUATION parts)
        (read-json (get parts EVALUATION) "its evaluation" dict))
      #** (dfor name BYTE-PARTS name (.get parts name b""))))
  (_check-layout file model.spec)
  (setv
    layout (lfor [path shape] (weight-shapes model.spec) [f"model_weights/{path}" shape])
    dtype (. (.array file (get layout 0 0) "f") dtype)
    model.half (= dtype "float16")
    model.weights (lfor
      [path shape] layout
      (.floats file path shape (if model.half dtype "float32"))))
  (unless (= (.get (.attributes file "lstm_textgen") "sha256")
      (digest [#* (.values arrays) #* model.weights]))
    (refuse DAMAGED))
  (when (and resume (in RESUME file.objects)) (setv model.resume (_read-resume file)))
  model)


(defn _read-resume [file]
  "Return the `Resume` in the group `resume`."
  (setv
    text (.array file f"{RESUME}/state" "u")
    progress (read-json (.tobytes text) "its training state" dict)
    parts (lfor name RESUME-PARTS (lfor path (_resume-paths file name) (.array file path "fiu")))
    arrays (sum parts []))
  (unless (= (.get (.attributes file RESUME) "sha256") (digest [text #* arrays])) (refuse DAMAGED))
  (check-record "training state" progress FLAGS-OF-BITS)
  (check-arrays "optimizer state" arrays)
  (setv fields (dfor
    name Progress.__dataclass_fields__
    :if (in name progress)  ; files of earlier versions lack the last
    name (get progress name)))
  (Resume (Progress #** fields) #* parts))


;; * Checks of the open file

(defn _check-layout [file spec]
  "Raise `ValueError` if `file` has unknown parts, or describes another network to Keras."
  (setv
    attributes (keras-attributes spec)
    known #{
      #* attributes
      #* (gfor [path _] (weight-shapes spec) f"model_weights/{path}")
      "lstm_textgen"
      #* (gfor name FILE-PARTS f"lstm_textgen/{name}")
      RESUME
      f"{RESUME}/state"
      #* (gfor name RESUME-PARTS path [f"{RESUME}/{name}" #* (_resume-paths file name)] path)})
  (for [path file.objects] (unless (in path known) (refuse f"it has an unknown part '{path}'")))
  (for [[path expected] (.items attributes)]
    (unless (= (.attributes file path) expected)
      (refuse f"the attributes of '{(or path "/")}' for Keras contradict the settings"))))


(defn _resume-paths [file part]
  "Return the paths of the arrays in a `part` of `resume`, in order."
  (setv folder f"{RESUME}/{part}/")
  (lfor n (range (sum (gfor path file.objects (.startswith path folder)))) f"{folder}{n}"))
