"The page of shaded text, read as a browser would read it."

(import
  html.parser [HTMLParser]
  math
  numpy :as np
  lstm_textgen.scorehtml [LIMIT Page])

(setv VOID ["meta" "!doctype"])


(defclass Reader [HTMLParser]
  "Collects #(class title text) of each shaded element, and sees that every other element is closed."

  (defn __init__ [self]
    (.__init__ (super))
    (setv self.spans []  self.open []  self.texts []))

  (defn handle-starttag [self tag attributes]
    (when (not-in tag VOID)
      (.append self.open tag))
    (when (= tag "i")
      (setv attributes (dict attributes))
      (.append self.spans [(.get attributes "class") (.get attributes "title") ""])))

  (defn handle-endtag [self tag]
    (assert (= tag (.pop self.open))))

  (defn handle-data [self data]
    (.append self.texts data)
    (when (= (cut self.open -1 None) ["i"])
      (+= (get self.spans -1 2) data))))


(defn read-page [page]
  "The page as a `Reader` saw it; its spans without those of the legend, which have no title."
  (setv reader (Reader))
  (.feed reader page.text)
  (.close reader)
  (assert (= reader.open []))
  (setv reader.spans (lfor  span reader.spans  :if (get span 1)  span))
  reader)


(defn page-of [units bits [unit "characters"] [name "a text"]]
  (setv page (Page unit))
  (.begin page name)
  (.add page units (* (np.array bits float) (math.log 2)))
  (.end page "3 bits")
  page)


(defn test-each-character-has-its-shade-and-its-bits []
  (assert (= (. (read-page (page-of "aé\n☃" [0.25 7.5 30 np.nan])) spans) [
    ["s0" "0.25 bits" "a"]
    ["s7" "7.50 bits" "é"]
    ["s8" "30.00 bits" "↵\n"]
    ["u" "unknown" "☃"]])))


(defn test-words-are-shaded-whole []
  (assert (= (. (read-page (page-of ["hello" " world"] [1 2] :unit "words")) spans) [
    ["s1" "1.00 bits" "hello"]
    ["s2" "2.00 bits" " world"]])))


(defn test-a-text-that-looks-like-html-stays-text []
  (setv
    text "<script>alert(1)</script> & \"'</pre>"
    reader (read-page (page-of text (* [1] (len text)) :name "<b>&.txt")))
  (assert (= (.join "" (gfor  span reader.spans  (get span 2))) text))
  (assert (in "<b>&.txt" reader.texts)))


(defn test-control-characters-are-shown []
  (assert (= (get (. (read-page (page-of "\x1b" [1])) spans) 0 2) "␛"))
  (assert (= (get (. (read-page (page-of "\u202e" [1])) spans) 0 2) "\\u202e")))


(defn test-a-page-has-room-for-so-many-and-says-what-it-left-out []
  (setv page (page-of (* "a" (- LIMIT 10)) (* [1] (- LIMIT 10))))
  (.begin page "another")
  (.add page (* "b" 30) (np.ones 30))
  (.end page "all of it")
  (setv reader (read-page page))
  (assert (= (len reader.spans) LIMIT))
  (assert (in "all of it; 20 of them are not shown, since the page has room for 100,000" reader.texts)))


(defn test-the-page-needs-nothing-from-elsewhere-and-suits-dark-screens []
  (setv text (. (page-of "a" [1]) text))
  (assert (not-in "http" text))
  (assert (not-in "<script" text))
  (assert (in "color-scheme: light dark" text))
  (assert (in "8 or more" text)))
