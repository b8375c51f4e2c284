"HTML written as Hy forms, in which every value is escaped."

(import
  html [escape]
  types [GeneratorType]
  hy.models [Expression FComponent FString Keyword String]
  lstm-textgen.basics.terminal [visible])

(setv
  ;; The heads of forms that are elements; any other form is code.
  TAGS (.split (+ "a br details div figcaption figure h1 h2 header li main mark p polyline pre "
    "rect script section span strong summary svg table tbody td th thead title tr ul"))
  ;; What ends an element without content, if not its end tag.
  TAG-ENDS {"br" ">"  "polyline" "/>"  "rect" "/>"})


(defclass Html [str]
  "Text that is HTML already.")


(defn safe [value]
  "Return `value` as `Html`: escaped unless it is HTML; lists are joined, None is nothing."
  (Html (cond
    (isinstance value Html) value
    (isinstance value #(list tuple GeneratorType)) (.join "" (map safe value))
    (is value None) ""
    True (escape (visible (str value))))))


(defmacro html [#* content]
  #[[Return CONTENT as `Html`: elements, texts, and code whose values are made `safe`.

      (html (ul :class name (for [x xs] (li "R&D: " x))))

  becomes, where `markup` is this module,

      (markup.Html f"<ul class=\"{(markup.safe name)}\">{(markup.safe
        (gfor x xs (html (li "R&D: " x))))}</ul>")

  A form is an element if its head is one of `TAGS`; attributes are keywords before its content.
  `for` takes the clauses of `gfor`.]]
  `(hy.I.lstm_textgen/pages/markup.Html ~(FString (_parts content))))


(defn _parts [content]
  "Yield the parts of the f-string for the forms `content`."
  (for [form content]
    (setv head (when (isinstance form Expression) (str (get form 0))))
    (when (= head "for")
      (setv form `(gfor ~@(get form 1) (hy.R.lstm_textgen/pages/markup.html ~@(cut form 2 None)))))
    (cond
      (isinstance form String) (yield (String (escape (str form))))
      (in head TAGS) (yield :from (_element head (cut form 1 None)))
      True (yield (FComponent [`(hy.I.lstm_textgen/pages/markup.safe ~form)])))))


(defn _element [tag content]
  "Yield the parts of the element `tag` with `content`: attributes, then forms."
  (yield (String f"<{tag}"))
  (while (and content (isinstance (get content 0) Keyword))
    (setv [key value #* content] content)
    (yield :from [(String f" {key.name}=\"") #* (_parts [value]) (String "\"")]))
  (yield :from (if content
    [(String ">") #* (_parts content) (String f"</{tag}>")]
    [(String (.get TAG-ENDS tag f"></{tag}>"))])))
