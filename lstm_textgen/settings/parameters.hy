"A macro: functions with a keyword parameter for each setting of the table."

(import
  re
  textwrap [fill]
  hy.models [List Symbol]
  lstm-textgen.settings.table [SETTINGS settings-in])

(export :objects [described] :macros [defn-settings])


(defmacro defn-settings [name place parameters doc #* body]
  #[[Define the function NAME; `#** request` in PARAMETERS stands for all other settings of PLACE.

      (defn-settings train "train" [sources [path "model"] * [callbacks #()] #** request]
        "Train a model.\n\n- …"
        (train-model sources path callbacks request))

  becomes, with a parameter for each row of the table that isn't among the PARAMETERS, and a line
  in place of `- …` for each that the documentation doesn't describe itself,

      (defn train [sources [path "model"] * [callbacks #()] [quiet False] [epochs None] …]
        "Train a model.\n\n- `quiet`: show only errors and warnings\n- `epochs`: …"
        (setv request (Request (check-given
          (dfor
            [name value default] [["quiet" quiet False] ["epochs" epochs None] …]
            :if (is-not value default)
            name value)
          "train")))
        (train-model sources path callbacks request))

  A parameter's default is the row's, or None for a setting of the model: it has its own.]]
  (setv
    [#* own [_ request]] parameters
    taken (sfor each own (hy.mangle (str (if (isinstance each List) (get each 0) each))))
    rows (lfor
      s (settings-in (str place))
      :if (not-in s.name taken)
      #(s.name (Symbol (hy.unmangle s.name)) (if (in "model" (.split s.places)) None s.default))))
  `(defn ~name [~@own ~@(gfor [_ symbol default] rows [symbol default])]
    ~(described (str doc) (gfor [name _ _] rows name))
    (setv ~request (hy.I.lstm_textgen/settings/models.Request
      (hy.I.lstm_textgen/settings/table.check-given
        (dfor
          [name value default] ~(list (map list rows))
          :if (is-not value default)
          name value)
        ~place)))
    ~@body))


(defn described [doc names]
  "Return `doc` with a line for each of the settings `names` that it doesn't describe itself."
  (setv options (dfor s (.values SETTINGS) s.option s.name))
  (defn lines [place]
    (setv indent (get place 1))
    (.join "\n" (gfor
      name names
      :if (not-in f"`{name}`:" doc)
      :setv help (re.sub "--[a-z][a-z-]*" (fn [found] f"`{(get options (get found 0))}`")
        (. (get SETTINGS name) full-help))
      (fill f"- `{name}`: {help}" 99
        :initial-indent indent :subsequent-indent (+ indent "  ") :break-on-hyphens False))))
  (re.sub "(?m)^( *)- …$" lines doc))
