"What pages say, in four languages."

(import
  json
  re
  pytest
  lstm-textgen.pages.assembly [PAGES phrases]
  lstm-textgen.writing.cells [FEATURES])

(setv
  pytestmark pytest.mark.quick
  LANGUAGES ["en" "de" "fr" "es"]
  PHRASES (phrases)
  PREFIXES (sfor key PHRASES (get (.split key ".") 0))
  SOURCES (dfor
    path (sorted (.rglob (/ PAGES "source") "*.*"))
    :if (in path.suffix [".ts" ".html"])
    path.name (.read-text path :encoding "utf-8")))


(defn used-keys []
  "Return the keys in scripts and templates; one that ends with $ is the beginning of several."
  (setv
    own (.join "|" (sorted PREFIXES))
    patterns [  ; the first: anything that looks like a key
      rf"[\"`]((?:{own})\.(?:\$|(?!(?:hy|ts)\b)[a-z][a-z.-]*\$?))"
      r"\b(?:said|partsOf)\([\"`]([^\"`{]+)"
      r"\bphraseIn\([^;{]*?[\"`]([a-z]+\.[^\"`{]+)"
      r"data-say(?:-label|-placeholder)?=\"([^\"]+)\""])
  (sfor
    source (.values SOURCES)
    pattern patterns
    key (re.findall pattern source)
    key))


(defn wordings [key language]
  "Return the one or two wordings of the phrase `key` in a `language`."
  (setv wording (get PHRASES key language))
  (if (isinstance wording str) [wording] [(get wording "one") (get wording "other")]))


(defn test-every-key-has-a-phrase []
  (setv missing (sfor
    key (used-keys)
    :if (not (if (.endswith key "$")
      (any (gfor each PHRASES (.startswith each (cut key -1))))
      (in key PHRASES)))
    key))
  (assert (= missing (set))))


(defn test-every-phrase-is-used []
  (setv
    used (used-keys)
    beginnings (tuple (gfor key used :if (.endswith key "$") (cut key -1))))
  (assert (= [] (lfor key PHRASES :if (not (or (in key used) (.startswith key beginnings))) key))))


(defn places-in [key language]
  "Return the placeholders of a phrase in a `language`, except that of the count."
  (setv text (.join " " (wordings key language)))
  (- (set (re.findall r"\{(\w+)\}" text)) #{"count"}))


(defn test-each-phrase-is-said-in-all-languages-with-the-same-values []
  (for [[key each] (.items PHRASES)]
    (assert (= (list each) LANGUAGES) key)
    (for [language LANGUAGES]
      (assert (= (places-in key language) (places-in key "en")) key)
      (for [wording (wordings key language)]
        (assert (= wording (.strip wording)) key)
        (assert wording key)))))


(defn test-every-feature-that-cells-follow-has-a-phrase []
  (assert (= (sfor key PHRASES :if (.startswith key "feature.") key)
    (sfor name FEATURES f"feature.{(.replace name " " "-")}"))))


(defn test-phrases-are-sorted-and-formatted-as-json-is []
  (setv text (.strip (.read-text (/ PAGES "source/phrases.json") :encoding "utf-8")))
  (assert (= text (json.dumps PHRASES :indent 2 :ensure-ascii False)))
  (assert (= (list PHRASES) (sorted PHRASES))))
