"The bases of other languages than English: their letters, and where they are suggested."

(import
  pytest
  lstm-textgen.learning.bases [load-base suggestion]
  lstm-textgen.modelfile.places [SHIPPED]
  lstm-textgen.text.corpus [Text]
  lstm-textgen.text.looks [look-at]
  tests.helpers [assert-no-warning])

(setv
  MARKS {
    "german" "Äpfel, Öl, Übermut, süß, groß „Ja“, ‚nein‘, »so«, ›oder‹ – nun …"
    "french" "Où ça, Noël, œuvre, Œdipe, été, à l’île : « Çà et là » “non” ? Hélas !…"
    "spanish" "¿Qué? ¡Señor!, pingüino, Ávila, «sí», “no”, él — ella…"}
  TEXTS {
    "german" #[[
Montag, 3. März
Heute früh lag Schnee auf dem Fensterbrett. Ich habe Kaffee gekocht und lange hinausgesehen, bis
die Straßenbahn kam. Im Büro war es kalt; Frau Köhler hatte den Schlüssel zur Heizung vergessen.
„Morgen bringe ich ihn mit“, sagte sie, und wir haben alle gelacht.

Mittwoch, 5. März
Ich konnte nicht schlafen und habe den Brief noch einmal gelesen. Was soll ich antworten? Sie
schreibt, dass sie im Sommer kommen will und dass der Hund sich schon freut. Ich glaube, ich sage
ja. Dann müssen wir aber die Küche streichen und ein zweites Bett besorgen.
]]
    "french" #[[
Lundi 3 mars
Ce matin, il y avait de la neige sur le rebord de la fenêtre. J’ai fait du café et j’ai regardé
dehors jusqu’à l’arrivée du tramway. Au bureau, il faisait froid : madame Lefèvre avait oublié la
clé du chauffage. « Je l’apporterai demain », a-t-elle dit, et nous avons tous ri.

Mercredi 5 mars
Je n’arrivais pas à dormir et j’ai relu la lettre. Que répondre ? Ma sœur écrit qu’elle voudrait
venir cet été, et que le chien s’en réjouit déjà. Je crois que je dirai oui. Mais il faudra
repeindre la cuisine et trouver un deuxième lit.
]]
    "spanish" #[[
Lunes, 3 de marzo
Esta mañana había nieve en el alféizar de la ventana. Hice café y miré un buen rato hacia fuera,
hasta que llegó el tranvía. En la oficina hacía frío: la señora Ibáñez había olvidado la llave de
la calefacción. «Mañana la traigo», dijo, y todos nos reímos.

Miércoles, 5 de marzo
No podía dormir y volví a leer la carta. ¿Qué le contesto? Mi hermana escribe que quiere venir en
verano y que el perro ya se alegra. Creo que le diré que sí. Pero entonces habrá que pintar la
cocina y buscar una segunda cama.
]]})


(defn [(pytest.mark.parametrize "name" MARKS)]
    test-a-base-knows-its-letters-and-marks [name]
  (setv model (load-base name assert-no-warning))
  (assert (< (. (.stat (/ SHIPPED f"{name}.h5")) st-size) 9_000_000))
  (for [text [(get MARKS name) (.strip (get TEXTS name))]]
    (assert (<= (set text) (set model.vocabulary.units)))
    (assert (= (.decode model.vocabulary (.encode model.vocabulary text)) text))))


(defn [(pytest.mark.parametrize "name" MARKS)]
    test-a-base-is-suggested-for-its-language-alone [name]
  (with [text (Text)]
    (.add text (get TEXTS name))
    (assert (.endswith (suggestion (look-at text text.length)) f"`base` {name}"))))
