"What the program can do, and which flags go with each of its actions."

(eval-when-compile (require hyrule [unless]))
(import
  lstm-textgen.settings.table [SETTINGS settings-in])

(setv
  TRAINING "training"
  MODELS ["path" "mix"]
  SEVERAL ["page" "report"]  ; actions with any number of models
  READING ["encoding" "max_download"]
  ;; What can be changed of a single text, and what goes with all of writing.
  STEERING (lfor s (settings-in "write") :if (!= s.name "samples") s.name)
  WRITING [#* STEERING "samples" #* MODELS "output" "overwrite" "originality"]
  ;; For each action, named by the setting that asks for it, the others that it uses.
  USED {
    "generate" WRITING
    "generate_from" [#* WRITING #* READING]
    "interactive" [#* STEERING #* MODELS]
    "score" ["score_html" "overwrite" #* MODELS #* READING]
    "page" ["path" "temperature" "length" "overwrite"]
    "report" ["path" "overwrite"]
    "info" ["path"]
    "export" ["path" "overwrite" "quiet"]
    "import" ["alphabet" "path" "restart" "quiet"]
    "completion" []
    TRAINING [#* (gfor s (settings-in "train") s.name) "cpu"]})


(defn find-action [flags]
  #[[Return the action that `flags` ask for, a key of `USED`.

  Raise `ValueError` if there is none, and for flags that don't go together or do nothing.]]
  (setv
    learns (bool (.chosen flags "sources" "recipe"))
    own (if learns ["report"] [])  ; what training does by the way
    asked (lfor name USED :if (and (in name flags.given) (not-in name own)) name)
    action (if asked (get asked 0) TRAINING)
    models (len flags.models))
  (when (> (len asked) 1)
    (raise (ValueError f"{(_options asked)} can't be combined; give one of them")))
  (when (= (len (.chosen flags "import" "alphabet")) 1)
    (raise (ValueError "--import OLD.h5 and --alphabet OLD.txt: each needs the other")))
  (unless (or asked learns) (raise (ValueError (_missing flags))))
  (when (and (> models 1) (not-in action SEVERAL) (not-in "mix" (get USED action)))
    (raise (ValueError f"--model: {models} models can't be used {(_where action)}; give 1")))
  (_check-idle flags action)
  action)


(defn _missing [flags]
  "Return the message that no action was asked for; it names those that the `flags` go with."
  (setv given (lfor name flags.given :if (!= name "path") name))
  (unless given
    (return (+ "nothing to do: give --sources to train or --generate to write; "
      "--help shows what there is")))
  (setv
    idle (if (_actions-with given) given (cut given 1))
    does (if (= (len idle) 1) "does" "do"))
  f"{(_options idle)} {does} nothing alone; add {(_options (_actions-with idle) "or")}")


(defn _actions-with [names]
  "Return the settings that ask for an action which uses all of the settings `names`."
  (lfor
    action (dict.fromkeys [TRAINING #* USED])  ; training first
    :if (<= (set names) (set (get USED action)))
    name (if (= action TRAINING) ["sources" "recipe"] [action])
    name))


(defn _check-idle [flags action]
  "Raise `ValueError` for `flags` that do nothing in an `action`."
  (setv
    used [action #* (get USED action)]
    compares (and (in "originality" used) (in "originality" flags.given)))
  (when (and compares (not-in "sources" flags.given))
    (raise (ValueError "--originality needs the training text to compare with: --sources PATH")))
  (setv
    idle (lfor
      name flags.given
      :if (not-in name [#* used #* (if compares ["sources" #* READING] [])])
      name)
    [does them] (if (= (len idle) 1) ["does" "it"] ["do" "them"]))
  (when idle
    (raise (ValueError (+ f"{(_options idle)} {does} nothing {(_where action)}; "
      (if (and (in "sources" idle) (in "originality" used))
        "to compare the text with the sources add --originality"
        f"leave {them} out"))))))


(defn _where [action]
  "Return in words where the `action` stands."
  (if (= action TRAINING) "in training" f"with {(_options [action])}"))


(defn _options [names [before-last "and"]]
  "Return the flags of the settings `names`, in words: `--a, --b and --c`."
  (setv [#* others last] (gfor name names (. (get SETTINGS name) option)))
  (if others f"{(.join ", " others)} {before-last} {last}" last))
