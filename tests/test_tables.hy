"Tables are read row by row, by their columns or a template: CSV, JSON and workbooks."

(import
  json
  pytest
  bench.corpus [sheet-row workbook]
  lstm-textgen.basics.values [CONDITIONS TABLE-COLUMNS check-value]
  lstm-textgen.text.documents.columns [find-name]
  lstm-textgen.text.files [read-sources]
  tests.helpers [DOCUMENTS complaint noted refusal-of write write-all]
  tests.test-documents [zipped-as])

(setv
  pytestmark pytest.mark.quick
  MB (** 2 20)
  PEOPLE "Name,Home,Story\nAnna,Rome,\"She sings.\n\n  She  rests.\"\nBen,,He swims.\n,,\n"
  HAIKU "\"An old pond,\na frog.\",basho\n\"On a bare branch\na crow.\",basho\n"
  PEOPLE-HEADER "; header: Name, Home, Story"
  TONGUES (+ "Lang;City;Says\nde;Köln;\"ja; \"\"nein\"\"\"\n en;New  York;yes\nen;Köln;no\n"
    ";Rom;sì\nde;München;\"so\nlala\"\n")
  TEMPLATE "{name} ({HOME}):\\n{3}")


(defn read [path #** options]
  (setv [text notes] (noted path #** options))
  #(text #* (if notes [(. (get notes -1 1) words) (. (get notes -1 1) items)] [None None])))


;; * Columns

(defn [(pytest.mark.parametrize #("name" "mark") [#("a.csv" ",") #("b.csv" ";") #("c.tsv" "\t")
      #("d.csv" "|") #("e.csv" "\t") #("f.xls" "\t") #("from-a-pipe" ",")])]
    test-a-column-of-a-table-is-read [here name mark]
  (write name (+ f"\ufeffid{mark}text{mark}by\r\n1{mark} \"two, \nlines; \"\"x\"\"\"{mark}Anna\r\n"
    f"2{mark}{mark}Ben\n3\n\n4{mark}one{mark}Anna\n"))
  (assert (= (read name :column "text")
    #("two,\nlines; \"x\"\n\none\n\n" "table, 2 entries in column text; header: id, text, by"
      "paragraph"))))


(defn [(pytest.mark.parametrize #("table" "column" "expected") [
    ;; Columns are joined in the given order.
    #(PEOPLE ["home" "Name"]
      #("Rome Anna\nBen\n" f"table, 2 entries in columns Home, Name{PEOPLE-HEADER}" "line"))
    ;; A template is filled, and its blank lines and empty rows go.
    #(PEOPLE TEMPLATE #("Anna (Rome):\nShe sings.\nShe rests.\n\nBen ():\nHe swims.\n\n"
      f"table, 2 entries in columns Name, Home, Story{PEOPLE-HEADER}" "paragraph"))
    ;; A table with one column may have commas.
    #("text\nthe sea, the lamp\n\"the fog, \"\"the\"\" fox\"\n" "text"
      #("the sea, the lamp\nthe fog, \"the\" fox\n"
        "table, 2 entries in column text; header: text" "line"))
    ;; Rows may be shorter or longer.
    #("id,text\n1\n2,one,more\n3,two\n" "text" #("one\ntwo\n" (+ "table, 2 entries in column "
      "text; header: id, text; 1 row with more cells than there are columns") "line"))
    ;; Excel may name its separator.
    #("sep=;\r\nid;text\r\n1;a, b\r\n" "text"
      #("a, b\n" "table, 1 entry in column text; header: id, text" "line"))
    ;; Without commas it is no table.
    #("one\ntwo\n" None #("one\ntwo\n" None None))])]
    test-a-table-is-read-by-columns-or-a-template [here table column expected]
  (write "a.csv" table)
  (assert (= (read "a.csv" :column column) expected)))


;; The table, and the columns and the template that are suggested.
(defn [(pytest.mark.parametrize #("name" "table" "columns" "template") [
    #("a.csv" "id,text\n1,one\n" "id, text" "{id}: {text}")
    #("a.csv" HAIKU "1, 2" "{1}: {2}")
    #("a.jsonl" "{\"id\": 1, \"text\": \"one\"}\n" "id, text" "{id}: {text}")
    #("a.csv" "What {x}?,City,Says\nAnna,Rome,ahoy\n" "What {x}?, City, Says" "{1}: {City}")])]
    test-a-table-without-a-column-is-refused-with-its-columns [here name table columns template]
  (write name table)
  (assert (= (complaint [name]) (+ f"'{name}' is a table; to read one column give `column`: "
    f"{columns}; to read several, a template such as '{template}'; to read it as plain text, "
    "rename it to .txt")))
  (write-all {f"all/{name}" table  "all/b.txt" "fog"})
  (setv warned [])
  (assert (= (read-sources "all" :warn warned.append) "fog"))
  (assert (in f"skipped: 'all/{name}' is a table; to read one column" (get warned 0))))


(defn test-the-rows-are-lines-or-paragraphs-as-asked-and-must-be-where-they-differ [here]
  (write-all {"a.csv" "Story\nOne line.\n"  "b.csv" PEOPLE})
  (assert (= (read-sources "b.csv" :column "Name" :items "paragraph") "Anna\n\nBen\n\n"))
  (assert (= (read-sources "b.csv" :column "Story" :items "line")
    "She sings.\nShe rests.\nHe swims.\n"))
  (assert (in "give `items` paragraph" (complaint ["a.csv" "b.csv"] :column "Story")))
  (assert (= (read-sources ["a.csv" "b.csv"] :column "Story" :items "paragraph")
    "One line.\n\nShe sings.\nShe rests.\n\nHe swims.\n\n")))


(defn [(pytest.mark.parametrize #("name" "place") [
      #("Name" 0) #("name" 1) #(" NAME " 0) #("what is your  city?" 2) #("city" 2) #("3" 2)
      #("2024" 3) #("GRO\u0308SSE" 5) #("animals name" 6) #("Animal’s" 6)
      #("name?" None) #("e" None) #("9" None)])]
    test-a-column-is-found-by-name-part-or-number [name place]
  (assert (= place (find-name name ["Name" "name" "What is your city?" "2024" "Nickname"
    "Größe" "Animal's Name"]))))


(defn [(pytest.mark.parametrize #("text" "why") [
      #("{Race" "a { without its counterpart") #("{Race} }" "a } without its counterpart")
      #("{{Race}}" "needs the name") #("{}" "needs the name") #(["Name" ""] "must be a column")])]
    test-a-wrong-template-is-refused [text why]
  (assert (in why (refusal-of check-value "`column`" TABLE-COLUMNS text)))
  (assert (= (check-value "`column`" TABLE-COLUMNS ["{{{Race}}}" "a}"]) ["{{{Race}}}" "a}"])))


(defn [(pytest.mark.parametrize #("name" "table" "column" "said") [
    #("a.csv" "id,text,text 2\n,one\n1,two\n" "{id} {txt}"
      "has no column 'txt'; choose from: 1 id (1), 2 text (one), 3 text 2")
    #("a.csv" "id,text,text 2\n,one\n1,two\n" "ex"
      "has several columns with 'ex'; choose from: 1 id (1), 2 text (one), 3 text 2")
    #("a.csv" "id,text,text\n1,one,two\n" "{TEXT}"
      "has several columns with 'TEXT'; choose from: 1 id (1), 2 text (one), 3 text (two)")
    #("a.csv" "id,text\n1, \n2\n" "text" "has no text in column text")
    #("a.csv" "\n\n" "text" "has no text")
    #("a.xlsx" (workbook "") None "has no text")
    #* (gfor
      rows ["<row><c" "<row r='0'><c r='A0'><v>1</v></c></row>"
        "<row r='1'><c r='A1' t='s'><v>7</v></c></row>"]
      #("a.xlsx" (workbook rows) None "is not a document or an archive, or is damaged"))
    #("a.csv" "id,\n1,\n" "2" "has no text in column 2")
    #("a.csv" "id,text\n" "{id}: {text}" "has no text in columns id, text")])]
    test-a-column-that-is-unknown-or-empty-is-refused [here name table column said]
  (write name table)
  (assert (= (complaint [name] :column column) f"'{name}' {said}")))


(defn test-a-name-with-a-comma-is-listed-as-one-column [here]
  (write "a.csv" "Title,\"Plot, short\"\nSea,waves\n")
  (for [[options said] [[{} "give `column`: Title, \"Plot, short\"; to read several"]
        [{"column" "x"} "choose from: 1 Title (Sea), 2 \"Plot, short\" (waves)"]]]
    (assert (in said (complaint ["a.csv"] #** options))))
  (setv words "in columns Title, \"Plot, short\"; header: Title, \"Plot, short\"")
  (assert (in words (get (read "a.csv" :column "{1} {2}") 1))))


;; * Conditions on rows

(defn [(pytest.mark.parametrize #("where" "found") [
      #("lang=en" "yes\nno\n")
      #(" LANG = en " "yes\nno\n")
      #("1==en" "yes\nno\n")
      #("la!=de" "yes\nno\nsì\n")
      #("lang=" "sì\n")
      #(["lang!=" "city=New York"] "yes\n")
      #(["Lang=de" "city!=München"] "ja; \"nein\"\n")
      #("city=Mu\u0308nchen" "so\nlala\n\n")
      #("says=lala" "so\nlala\n\n")])]
    test-only-rows-that-meet-all-conditions-are-read [here where found]
  (write "a.csv" TONGUES)
  (assert (= (read-sources "a.csv" :column "says" :where where) found)))


(defn [(pytest.mark.parametrize #("name" "table" "where" "found") [
      #("a.csv" TONGUES "lang=en" "en\tNew York\tyes\nen\tKöln\tno\n")
      #("a.csv" "1,en,sea\n2,de,See\n3,en,fox\n" "2=en" "1\ten\tsea\n3\ten\tfox\n")
      #("a.jsonl" "{\"a\": [\"x\", \"y\"]}\n{\"a\": 2.50, \"b\": true}\n{}" "a=x" "x y\n")
      #("a.json" "[{\"a\": \"x\"}, {\"a\": 2.50, \"b\": true}]" "a=2.50" "2.50\ttrue\n")
      #("a.xlsx" (workbook (+ (sheet-row 1 "a" "b") (sheet-row 2 1.5 "x") (sheet-row 3 2 "y")))
        "a=2" "2\ty\n")
      #("a.zip" (zipped-as {"a.csv" "a,b\n1,2\n"  "b.csv" "a,b\n3,4\n"}) "a=3" "3\t4\n")
      #("a.zip" (zipped-as {"b/a.xlsx" (workbook (+ (sheet-row 1 "a" "b") (sheet-row 2 "y" "x")))})
        "a=y" "y\tx\n")])]
    test-every-table-has-conditions-and-without-a-column-all-cells [here name table where found]
  (write name table)
  (assert (= (read-sources name :where where) found)))


(defn test-a-column-with-an-equals-sign-is-named-in-quotation-marks [here]
  (write "a.csv" "a=b,c\nx=1,one\ny,two\n")
  (for [[where found] [["\"a=b\"=x=1" "one\n"] [" \"A=B\" != x=1" "two\n"] ["\"c\"=two" "two\n"]]]
    (assert (= (read-sources "a.csv" :column "c" :where where) found))))


(defn [(pytest.mark.parametrize #("where" "said") [
      #("lang=EN" (+ "`where`: no row has 'EN' in column lang; its values are en (9), de (2), "
        "no text (1), 0 (1), 1 (1), 2 (1), 3 (1), 4 (1) and 5 more"))
      #("lang!=x\ny" "`where`: no row has 'x y' in column lang; its values are en (9), de")
      #("lang=DE" "no row has 'DE' in column lang; its values are de (2), en (9), no text (1), 0")
      #("text=2" "in column text; its values are t (21), no text (1)")
      #("long=en" "'all/a.csv' has no column 'long'; choose from: 1 lang (en), 2 text (t)")
      #(["lang=en" "2!=t"] "`where`: there is no row with text where lang=en and 2!=t")])]
    test-a-value-or-column-that-isnt-there-is-told-with-those-that-are [here where said]
  (write "all/a.csv" (+ "lang,text\n" (* "en,t\n" 9) (* "de,t\n" 2) ",\n"
    (.join "\n" (gfor n (range 10) f"{n},t"))))
  (setv warned [])
  (try
    (read-sources "all" :column "text" :where where :warn warned.append)
    (except [error ValueError] (.append warned error)))
  (assert (in said (str (get warned 0)))))


(defn [(pytest.mark.parametrize "text" ["year>new" "year<1.2.3" "=en" "" ["lang=en" "lang"]])]
    test-a-wrong-condition-is-refused [text]
  (assert (in "a condition such as \"lang=en\"" (refusal-of check-value "" CONDITIONS text))))


(setv FILMS (+ "Title,Minutes,Plot\nSea,95,waves\nFog,\"1,000\",\nFox,\"90,5\",cubs\n"
  "Lamp,-5,\nOwl,unknown,a nest\n"))


(defn [(pytest.mark.parametrize #("where" "found") [
      #("minutes>100" "Fog\n") #("2>=95" "Sea\nFog\n") #("Minutes < 90.5" "Lamp\n")
      #("\"Minutes\"<=90,5" "Fox\nLamp\n") #(["minutes>0" "minutes<1000"] "Sea\nFox\n")])]
    test-numbers-of-a-column-are-compared [here where found]
  (write "a.csv" FILMS)
  (assert (= (read-sources "a.csv" :column "Title" :where where) found))
  (assert (= (complaint ["a.csv"] :column "Title" :where "plot>3") (+ "`where`: no row has a "
    "number in column plot; its values are no text (2), waves (1), cubs (1), a nest (1)")))
  (assert (= (complaint ["a.csv"] :column "Title" :where "minutes>2000")
    "`where`: there is no row with text where minutes>2000")))


(defn test-rows-without-a-cell-are-told-with-how-to-leave-them-out [here]
  (write-all {"a.csv" FILMS  "all/a.csv" FILMS  "all/b.csv" (.replace FILMS "Plot" "P=l")})
  (setv [warned template] [[] "{1} - {3}"])
  (for [source ["a.csv" "all"]] (read-sources source :column template :warn warned.append))
  (assert (= warned [#* (* ["2 rows have no Plot; leave them out with `where` 'Plot!='"] 2)
    "2 rows have no P=l; leave them out with `where` '\"P=l\"!='"]))
  (for [[source left-out] [["a.csv" "Plot!="] ["all/b.csv" "\"P=l\"!="]]]
    (assert (= (read-sources source :column template :where left-out :warn warned.append)
      "Sea - waves\nFox - cubs\nOwl - a nest\n")))
  (assert (= (len warned) 3)))


;; * CSV

(defn [(pytest.mark.parametrize #("text" "column" "found" "said") [
      #("Name\nDoe, Anna\nFox, Ben\n" "1" "Doe, Anna\nFox, Ben\n" "Name; header: Name")
      #("Name,\nAnna,Rome\nBen,Paris\n" "name" "Anna\nBen\n" "Name; header: Name")
      #(",name\n0,Anna\n1,Ben\n" "2" "Anna\nBen\n" "name; header: name")  ; as pandas writes it
      #("The sea.\nThe lamp.\n" "1" "The lamp.\n" "The sea.; header: The sea.")
      #("1st,day\n1,one\n" "day" "one\n" "day; header: 1st, day")
      #(HAIKU "1" "An old pond,\na frog.\n\nOn a bare branch\na crow.\n\n" "1; no header")
      #("text,2020-01-01\nx,y\n" "{2}, {1}" "2020-01-01, text\ny, x\n" "2, 1; no header")
      #("a,1.50 €\nb,c\n" "1" "a\nb\n" "1; no header")])]
    test-the-first-row-is-the-header-unless-a-cell-is-a-number-or-recurs
    [here text column found said]
  (write "a.csv" text)
  (setv [read-text words _] (read "a.csv" :column column))
  (assert (= read-text found))
  (assert (.endswith words f" {said}")))


(defn test-with-a-column-texts-beside-a-table-are-read-whole [here]
  (write-all {"all/a.csv" PEOPLE  "all/b.txt" "Dora\nEmil\n"})
  (assert (= (read-sources "all" :column "name") "Anna\nBen\nDora\nEmil\n"))
  (for [[setting value] [["column" "name"] ["where" "name=x"]]]
    (assert (= (complaint ["all/b.txt"] #** {setting value})
      f"`{setting}` doesn't apply: no source is a table, such as .csv, .xlsx or .jsonl"))))


(defn test-the-encoding-of-a-spreadsheet-is-found-and-told [here]
  (setv text (+ "Name,Text\n" (* "Zoë,Schöne Grüße aus Köln\n" 9)))
  (for [encoding ["utf-16" "cp1252"]]
    (write "a.csv" (.encode text encoding))
    (setv [read-text words _] (read "a.csv" :column "name"))
    (assert (= read-text (* "Zoë\n" 9)))
    (assert (in f"table in {encoding}" (.replace words "utf_16" "utf-16")))))


(defn test-a-quotation-mark-that-is-never-closed-is-named [here]
  (write "a.csv" "id,text\n1,one\n2,\"two\n3,three\n")
  (assert (= (complaint ["a.csv"] :column "text") (+ "'a.csv' is not a table, or is damaged: "
    "the row that begins on line 3: a quotation mark is never closed"))))


(defn test-many-columns-and-long-cells-are-read-or-refused-in-a-line [here]
  (setv names (.join "," (gfor n (range 10_000) f"c{n}")))
  (write "a.csv" (+ names "\nx," (* "b " MB) ",c"))
  (assert (= (read-sources "a.csv" :column "c2") "c\n"))
  (assert (= (len (read-sources "a.csv" :column "c1")) (* 2 MB)))
  (setv line (complaint ["a.csv"] :column "no"))
  (assert (and (in ", 3 c2 (c), 4 c3, " line) (.endswith line " and 9,970 more")))
  (write "b.csv" (+ "id,text\n1," (* "a" (* 20 MB)) "\n"))
  (assert (in "a line of more than 16 million characters" (complaint ["b.csv"] :column "text")))
  (write "c.csv" (+ "id,text\n1,\"" (* "aaa\n" (* 5 MB)) "\"\n"))
  (assert (in "'c.csv' is not a table, or is damaged: the row"
    (complaint ["c.csv"] :column "text"))))


;; * JSON

(setv OBJECTS [{"id" 1  "text" "one"} {"text" ["two" "lines"]  "more" {"a" True}} {"id" 2.50}])


(defn [(pytest.mark.parametrize #("name" "text") [
      #("a.json" (json.dumps OBJECTS :indent 2))
      #("a.jsonl" (.join "\n" (map json.dumps OBJECTS)))
      #("pipe" (json.dumps OBJECTS))])]
    test-json-lists-and-lines-are-tables [here name text]
  (write name text)
  (assert (= (get (read name :column "text") 0) "one\n\ntwo\nlines\n\n"))
  (assert (= (read-sources name :column "{id}/{more}") "1/\n/{\"a\": true}\n2.5/\n")))


(defn [(pytest.mark.parametrize #("text" "why") [
      #("[1, 2]" "JSON must be a list of objects") #("{\"a\": 1}\n[1]" "a list of objects")
      #("{\"a\": 1}\n{\"a\"" "damaged: line 2: ") #("{\n  \"a\": 1\n}" "damaged: line 1: ")
      #((* "[" 100_000) "is not a table, or is damaged: ")
      #(f"[{(* "9" 5000)}]" "a list of objects")
      #((+ "[{\"a\": " (* "[" 300) (* "]" 300) "}]") "has no text in column a")])]
    test-json-that-is-no-table-is-refused [here text why]
  (write "a.json" text)
  (assert (in why (complaint ["a.json"] :column "a"))))


;; * Workbooks

(defn [(pytest.mark.parametrize "name" ["people.ods" "people.xls" "people.xlsx"])]
    test-a-workbook-of-libreoffice-is-read [name]
  (setv path (str (/ DOCUMENTS name)))
  (assert (= (read path :column "{name}, {born}, {height}, {double}, {keeper}\\n{story}") #(
    (+ "Anna Björn, 1990-05-04, 1.75, 3.5, TRUE\nShe sings.\nShe rests.\n\n"
      "Ben, 2001-12-31, 2, 4, FALSE\nA \"fox\", & fog\n\n")
    (+ "sheet People (not read: Places), 2 entries in columns Name, Born, Height, Double, "
      "Keeper?, Story; header: Name, Born, Height, Double, Keeper?, Story")
    "paragraph"))))


(defn test-a-sheet-without-a-column-is-a-line-for-each-row [here]
  (write "a.xlsx" (workbook (+ (sheet-row 2 "Name" "Age")
    (sheet-row 4 "Anna" 7) (sheet-row 5 1234567890123450 0.00001))))  ; without an exponent
  (assert (= (read "a.xlsx") #("Name\tAge\nAnna\t7\n1234567890123450\t0.00001\n"
    "sheet S1, 3 entries with all cells; to read some columns give `column`: Name, Age" None)))
  (assert (= (get (read "a.xlsx" :column "{name}, {age}") 0)
    "Anna, 7\n1234567890123450, 0.00001\n")))


(defn test-tables-that-expand-too-far-are-refused-in-a-line [here]
  (write "a.csv" (+ "text\n" (* "abcdefgh\n" 1000)))
  (assert (in "expands to more than" (complaint ["a.csv"] :column (* "{text}" 20) :limit 100_000)))
  (write "far.xlsx" (workbook (+ (sheet-row 1 "a")
    "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")))
  (assert (in "is damaged, or needs more than 2048 MB of memory" (complaint ["far.xlsx"])))
  (write "wide.xlsx" (workbook (+ (sheet-row 1 "a")
    "<row r='9000'><c r='ZZ9000'><v>1</v></c></row>")))
  (assert (in "expands to more than 2 MB" (complaint ["wide.xlsx"] :limit (* 2 MB)))))
