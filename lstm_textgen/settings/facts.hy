"Facts about a model: what its text and its training brought, and nobody chose."

(eval-when-compile (require hyrule [meth]  lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [fields]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [COUNT MODEL PASSAGE TEXT TEXT-LIST check-value])

(setv
  MAX-EMBEDDING 65536
  MOST-PEOPLE 20)  ; of a chat, whose names a model stores


(defclass Base [str]
  #[[The record of a model's base: its name and the checksum of its weights, as in `english:0f…`.

  It is `english:unused` if the base didn't know the text, so the model began from scratch.]]

  (meth [property] name []
    "The base's name."
    (get (@rsplit ":" 1) 0))

  (meth [property] used? []
    "Whether the model began with the base's weights."
    (not (@endswith ":unused")))

  (meth unused []
    "Return the record of this base for a model that began from scratch after all."
    (Base f"{@name}:unused"))

  (meth in-words []
    "Return which base the model began with, in words."
    (if @used? @name f"none: {@name} predicted this text poorly")))


(defrecord Facts
  #[[The facts about a model, as its file has them; the type of each is its `Kind`.

  `base` becomes a `Base`. Raise `ValueError` for an invalid one.]] [
    #^ COUNT embedding            ; dimensions of the embedding
    #^ TEXT beginning             ; the first unit of its text, with which generation begins
    #^ TEXT [seed-text ""]        ; words from the middle of the text, to generate with
    #^ TEXT [title None]          ; the name of its last text, if that was one file
    #^ PASSAGE [recipe None]      ; the name of its recipe
    #^ MODEL [base None]          ; the record of its base
    #^ TEXT [why ""]              ; why the network was chosen; empty if it was given
    #^ TEXT [devices ""]          ; those of the last training, if batches were split
    #^ TEXT-LIST [digests None]   ; the SHA-256 of up to 1,000 files that it was trained on
    #^ TEXT-LIST [people None]    ; those in the chat, the most frequent first
    #^ TEXT [names None]          ; the names in its text, unless they are too many
    #^ COUNT [longest-run 40]     ; characters of the longest run of one in parts of its texts
    #^ TEXT [unbroken None]       ; where no line ends: after letters, after commas, in sentences
    ;; Of a list:
    #^ COUNT [longest-item None]  ; units of the longest item, without its end
    #^ COUNT [long-item None]     ; units that 95% of the items have at most
    #^ COUNT [median-item None]   ; units of the median item
    #^ COUNT [item-lines None]    ; lines of nearly every item, if several
    #^ TEXT [item-ends None]]     ; characters with which items end, if they are lines

  (meth __post-init__ []
    (for [field (fields self)
          :setv value (getattr self field.name)
          :if (not (and (is value None) (is field.default None)))]
      (setv value (check-value f"its fact '{field.name}'" field.type value ValueError))
      (object.__setattr__ self field.name (if (= field.name "base") (Base value) value)))
    (when (> @embedding MAX-EMBEDDING) (refuse "its fact 'embedding' is too large")))

  (meth [property] fine-tuned? []
    "Whether the model began with the weights of a base."
    (bool (and @base @base.used?))))
