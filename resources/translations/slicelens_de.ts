<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name></name>
    <message>
        <source> (and {unknown} lines more)</source>
        <translation> (und {unknown} weitere Zeilen)</translation>
    </message>
    <message>
        <source> (between {names} and {names_2})</source>
        <translation> (zwischen {names} und {names_2})</translation>
    </message>
    <message>
        <source> (from {threshold})</source>
        <translation> (ab {threshold})</translation>
    </message>
    <message>
        <source> (here)</source>
        <translation> (hier)</translation>
    </message>
    <message>
        <source> (just above the limit)</source>
        <translation> (knapp über der Grenze)</translation>
    </message>
    <message>
        <source> ({score:.1f} times the limit)</source>
        <translation> (das {score:.1f}-Fache der Grenze)</translation>
    </message>
    <message>
        <source> Not in it: {left}.</source>
        <translation> Nicht darin: {left}.</translation>
    </message>
    <message>
        <source> Nothing was skipped.</source>
        <translation> Nichts wurde übergangen.</translation>
    </message>
    <message>
        <source> Too few cases to conclude anything.</source>
        <translation> Zu wenige Fälle für einen Schluss.</translation>
    </message>
    <message>
        <source> a second</source>
        <translation> je Sekunde</translation>
    </message>
    <message>
        <source> and the words beside them</source>
        <translation> und den Worten daneben</translation>
    </message>
    <message>
        <source> and words</source>
        <translation> und Worten</translation>
    </message>
    <message>
        <source> and {missing} more</source>
        <translation> und {missing} weitere</translation>
    </message>
    <message>
        <source> of {total}</source>
        <translation> von {total}</translation>
    </message>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source> {omitted} less probable labels are left out.</source>
        <translation> {omitted} weniger wahrscheinliche Klassen sind weggelassen.</translation>
    </message>
    <message>
        <source> {texts} may have text in their pixels: look at them.</source>
        <translation> {texts} könnten Text in ihren Pixeln haben: Sehen Sie sie an.</translation>
    </message>
    <message>
        <source> {way} to see one all the same.</source>
        <translation> {way}, um trotzdem eine zu sehen.</translation>
    </message>
    <message>
        <source> {without_truth} cases have no truth and were left out.</source>
        <translation> {without_truth} Fälle haben keine Wahrheit und wurden weggelassen.</translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) will be black. </source>
        <translation>
            <numerusform>%n Feld wird schwarz. </numerusform>
            <numerusform>%n Felder werden schwarz. </numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n byte(s)</source>
        <translation>
            <numerusform>%n Byte</numerusform>
            <numerusform>%n Bytes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n byte(s): {begin}{more}</source>
        <translation>
            <numerusform>%n Byte: {begin}{more}</numerusform>
            <numerusform>%n Bytes: {begin}{more}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n case(s) in the training set.</source>
        <translation>
            <numerusform>%n Fall in den Trainingsdaten.</numerusform>
            <numerusform>%n Fälle in den Trainingsdaten.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n component(s) of every voxel (is|are) shown as phases</source>
        <translation>
            <numerusform>%n Komponente jedes Voxels wird als Phase gezeigt</numerusform>
            <numerusform>%n Komponenten jedes Voxels werden als Phasen gezeigt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n cop(y|ies) of the same slices left out</source>
        <translation>
            <numerusform>%n Kopie derselben Schichten ausgelassen</numerusform>
            <numerusform>%n Kopien derselben Schichten ausgelassen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) could not be copied.</source>
        <translation>
            <numerusform>%n Datei ließ sich nicht kopieren.</numerusform>
            <numerusform>%n Dateien ließen sich nicht kopieren.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) in an archive (is|are)</source>
        <translation>
            <numerusform>%n Datei in einem Archiv ist</numerusform>
            <numerusform>%n Dateien in einem Archiv sind</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n item(s)</source>
        <translation>
            <numerusform>%n Item</numerusform>
            <numerusform>%n Items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) of the truth (has|have) no label and (was|were) left out.</source>
        <translation>
            <numerusform>%n Zeile der Wahrheit hat keine Klasse und wurde ausgelassen.</numerusform>
            <numerusform>%n Zeilen der Wahrheit haben keine Klasse und wurden ausgelassen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) without a label left out.</source>
        <translation>
            <numerusform>%n Zeile ohne Klasse weggelassen.</numerusform>
            <numerusform>%n Zeilen ohne Klasse weggelassen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of the {paths} files or folders that were open (is|are) not there any more{named}. Is a disk not connected?</source>
        <translation>
            <numerusform>%n der {paths} Dateien oder Ordner, die offen waren, ist nicht mehr da{named}. Ist ein Laufwerk nicht angeschlossen?</numerusform>
            <numerusform>%n der {paths} Dateien oder Ordner, die offen waren, sind nicht mehr da{named}. Ist ein Laufwerk nicht angeschlossen?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n overlay(s), drawn over the picture, not part of its values</source>
        <translation>
            <numerusform>%n Overlay, über das Bild gezeichnet, nicht Teil seiner Werte</numerusform>
            <numerusform>%n Overlays, über das Bild gezeichnet, nicht Teil seiner Werte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n page(s) of another size or kind (was|were) left out</source>
        <translation>
            <numerusform>%n Seite anderer Größe oder Art wurde ausgelassen</numerusform>
            <numerusform>%n Seiten anderer Größe oder Art wurden ausgelassen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n Person</numerusform>
            <numerusform>%n Personen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n phase(s) (lacks|lack) slices and (stands|stand) apart</source>
        <translation>
            <numerusform>%n Phase fehlen Schichten; sie steht für sich</numerusform>
            <numerusform>%n Phasen fehlen Schichten; sie stehen für sich</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n slice(s)</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stud(y|ies)</source>
        <translation>
            <numerusform>%n Studie</numerusform>
            <numerusform>%n Studien</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tag(s)</source>
        <translation>
            <numerusform>%n Tag</numerusform>
            <numerusform>%n Tags</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Layout</source>
        <translation>&amp;Aufteilung</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>&amp;Recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Slice</source>
        <translation>&amp;Schicht</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>A&amp;nsicht</translation>
    </message>
    <message>
        <source>&amp;Window</source>
        <translation>&amp;Fensterung</translation>
    </message>
    <message>
        <source>(0018,0050) Slice Thickness, as there is one slice</source>
        <translation>(0018,0050) Slice Thickness, da es nur eine Schicht gibt</translation>
    </message>
    <message>
        <source>(0018,1164) Imager Pixel Spacing: at the detector, so lengths in the body are smaller</source>
        <translation>(0018,1164) Imager Pixel Spacing: am Detektor, Längen im Körper sind also kleiner</translation>
    </message>
    <message>
        <source>(0020,9116) Plane Orientation in the {level}</source>
        <translation>(0020,9116) Plane Orientation in: {level}</translation>
    </message>
    <message>
        <source>(0028,0120) Pixel Padding Value{limit}</source>
        <translation>(0028,0120) Pixel Padding Value{limit}</translation>
    </message>
    <message>
        <source>(0028,9110) Pixel Measures in the {level}</source>
        <translation>(0028,9110) Pixel Measures in: {level}</translation>
    </message>
    <message>
        <source>(0028,9132) Frame VOI LUT in the {level}</source>
        <translation>(0028,9132) Frame VOI LUT in: {level}</translation>
    </message>
    <message>
        <source>(0028,9145) Pixel Value Transformation in the {level}</source>
        <translation>(0028,9145) Pixel Value Transformation in: {level}</translation>
    </message>
    <message>
        <source>(changed)</source>
        <translation>(geändert)</translation>
    </message>
    <message>
        <source>(each with its 95 % interval)</source>
        <translation>(jeweils mit 95-%-Konfidenzintervall)</translation>
    </message>
    <message>
        <source>({x:.2g}, {y:.2g}, {z:.2g})</source>
        <translation>({x:.2g}, {y:.2g}, {z:.2g})</translation>
    </message>
    <message>
        <source>, (0028,0121) Range Limit</source>
        <translation>, (0028,0121) Range Limit</translation>
    </message>
    <message>
        <source>, phase {phase}</source>
        <translation>, Phase {phase}</translation>
    </message>
    <message>
        <source>, phase {phase} of {phases}</source>
        <translation>, Phase {phase} von {phases}</translation>
    </message>
    <message>
        <source>, phase {phase}/{phases}</source>
        <translation>, Phase {phase}/{phases}</translation>
    </message>
    <message>
        <source>, sources of {made}</source>
        <translation>, Quelltext vom {made}</translation>
    </message>
    <message>
        <source>, the first of {windows}</source>
        <translation>, die erste von {windows}</translation>
    </message>
    <message>
        <source>, tilted {tilted:.0f}°</source>
        <translation>, gekippt um {tilted:.0f}°</translation>
    </message>
    <message>
        <source>, {without} without a finding</source>
        <translation>, {without} ohne Befund</translation>
    </message>
    <message>
        <source>--by patient needs the key of each person; the row on line {line} of the table has none.</source>
        <translation>--by patient braucht den Schlüssel jeder Person; der Zeile {line} der Tabelle fehlt er.</translation>
    </message>
    <message>
        <source>0 and 255, as pictures have them</source>
        <translation>0 und 255, wie bei Bildern</translation>
    </message>
    <message>
        <source>0 to 1 less another mean, divided by another spread</source>
        <translation>0 bis 1, um einen anderen Mittelwert vermindert und durch eine andere Streuung geteilt</translation>
    </message>
    <message>
        <source>0 to 255 less ImageNet&apos;s mean, as Keras&apos;s VGG and ResNet</source>
        <translation>0 bis 255 abzüglich des Mittelwerts von ImageNet, wie VGG und ResNet in Keras</translation>
    </message>
    <message>
        <source>1 − specificity</source>
        <translation>1 − Spezifität</translation>
    </message>
    <message>
        <source>; (0018,0088) Spacing Between Slices says {stated:g} and is not used</source>
        <translation>; (0018,0088) Spacing Between Slices nennt {stated:g} und wird nicht verwendet</translation>
    </message>
    <message>
        <source>; (0054,1102) Decay Correction {decay}</source>
        <translation>; (0054,1102) Decay Correction {decay}</translation>
    </message>
    <message>
        <source>; doubtful, see the concerns</source>
        <translation>; zweifelhaft, siehe die Bedenken</translation>
    </message>
    <message>
        <source>; not used: {others}</source>
        <translation>; nicht benutzt: {others}</translation>
    </message>
    <message>
        <source>; phases by {phase_of}</source>
        <translation>; Phasen nach {phase_of}</translation>
    </message>
    <message>
        <source>; pixels {pixel_aspect:g} times as high as wide</source>
        <translation>; Pixel {pixel_aspect:g}-mal so hoch wie breit</translation>
    </message>
    <message>
        <source>; {lost} others lie on other images, or are none that can be drawn</source>
        <translation>; {lost} weitere liegen auf anderen Bildern oder lassen sich nicht zeichnen</translation>
    </message>
    <message>
        <source>; {omitted} more rows are not listed</source>
        <translation>; {omitted} weitere Zeilen sind nicht aufgeführt</translation>
    </message>
    <message>
        <source>; {there} others are on planes that it cannot name</source>
        <translation>; {there} weitere liegen in Ebenen, die sich darin nicht benennen lassen</translation>
    </message>
    <message>
        <source>; {unplaced} numbers without a place in a picture: {where}</source>
        <translation>; {unplaced} Zahlen ohne Ort in einem Bild: {where}</translation>
    </message>
    <message>
        <source>?: all keys</source>
        <translation>?: alle Tasten</translation>
    </message>
    <message>
        <source>A CSV that `slicelens validate` reads; paths stand in it</source>
        <translation>Ein CSV, das `slicelens validate` liest; es enthält Pfade</translation>
    </message>
    <message>
        <source>A CSV with `path` (and `slice`) or a key of the table, and `label`</source>
        <translation>Ein CSV mit `path` (und `slice`) oder einem Schlüssel der Tabelle, und `label`</translation>
    </message>
    <message>
        <source>A DICOM report holds at most {most_reported} measurements; here are more.</source>
        <translation>Ein DICOM-Bericht fasst höchstens {most_reported} Messungen; hier sind mehr.</translation>
    </message>
    <message>
        <source>A binary model has two labels: the negative one, then the positive one.</source>
        <translation>Ein binäres Modell hat zwei Klassen: erst die negative, dann die positive.</translation>
    </message>
    <message>
        <source>A box to black out lies outside the picture.</source>
        <translation>Ein Feld zum Schwärzen liegt außerhalb des Bildes.</translation>
    </message>
    <message>
        <source>A bundle is a folder, or a file that ends in .slb; name one of these.</source>
        <translation>Ein Modellpaket ist ein Ordner oder eine Datei, die auf .slb endet; nennen Sie eines davon.</translation>
    </message>
    <message>
        <source>A bundle must have this file, and name it here.</source>
        <translation>Ein Bündel muss diese Datei enthalten und hier nennen.</translation>
    </message>
    <message>
        <source>A classifier of slices has one input; this graph has another number.</source>
        <translation>Ein Modell für Schichten hat einen Eingang; dieser Graph hat eine andere Zahl.</translation>
    </message>
    <message>
        <source>A copy without identity cannot be made of this file.</source>
        <translation>Von dieser Datei lässt sich keine Kopie ohne Patientendaten anfertigen.</translation>
    </message>
    <message>
        <source>A damaged or malicious file can claim any size, so Slicelens asks first. Everything else stays open meanwhile.</source>
        <translation>Eine beschädigte oder bösartige Datei kann jede Größe behaupten; deshalb fragt Slicelens vorher. Alles andere bleibt inzwischen geöffnet.</translation>
    </message>
    <message>
        <source>A figure is a PNG or a TIFF; let the name of OUT end in .png or .tif.</source>
        <translation>Eine Abbildung ist ein PNG oder ein TIFF; der Name der Datei muss auf .png oder .tif enden.</translation>
    </message>
    <message>
        <source>A file of this format ends in {ending}; name one, or a folder for a file a slice.</source>
        <translation>Eine Datei dieses Formats endet auf {ending}; nennen Sie eine, oder einen Ordner für eine Datei je Schicht.</translation>
    </message>
    <message>
        <source>A file to write is one of the files that were opened; they are never changed.</source>
        <translation>Eine Datei, die geschrieben werden soll, gehört zu den geöffneten; diese werden nie verändert.</translation>
    </message>
    <message>
        <source>A film shows every slice; --slice is for pictures.</source>
        <translation>Ein Film zeigt jede Schicht; --slice gilt für Einzelbilder.</translation>
    </message>
    <message>
        <source>A folder in a file (a ZIP, a DICOMDIR) holds no slice of its own.</source>
        <translation>Ein Ordner in einer Datei (ZIP, DICOMDIR) enthält selbst keine Schicht.</translation>
    </message>
    <message>
        <source>A folder stands in that folder where one of the files would be.</source>
        <translation>In diesem Ordner steht ein Ordner, wo eine der Dateien stehen würde.</translation>
    </message>
    <message>
        <source>A label has no `+` in its name; that joins several labels of one case.</source>
        <translation>Ein Klassenname enthält kein `+`; das verbindet mehrere Klassen eines Falls.</translation>
    </message>
    <message>
        <source>A label is decided from</source>
        <translation>Eine Klasse gilt ab</translation>
    </message>
    <message>
        <source>A local threshold is for a label that stands against one other, or for itself; of several that compete, choose a temperature alone (--choose-point temperature).</source>
        <translation>Eine örtliche Schwelle gilt für eine Klasse, die gegen eine andere oder für sich allein steht; unter mehreren, die sich ausschließen, lässt sich nur eine Temperatur wählen (--choose-point temperature).</translation>
    </message>
    <message>
        <source>A model is named twice; its rows would stand in the table twice.</source>
        <translation>Ein Modell ist zweimal genannt; seine Zeilen stünden doppelt in der Tabelle.</translation>
    </message>
    <message>
        <source>A model without a contract</source>
        <translation>Ein Modell ohne Vertrag</translation>
    </message>
    <message>
        <source>A multiclass model has at least two labels.</source>
        <translation>Ein Modell mit mehreren Klassen hat mindestens zwei.</translation>
    </message>
    <message>
        <source>A name in the graph has more than {max_name:,} characters.</source>
        <translation>Ein Name im Graphen hat mehr als {max_name:,} Zeichen.</translation>
    </message>
    <message>
        <source>A name of a class is longer than {longest_name} characters, or holds what is no character.</source>
        <translation>Der Name einer Klasse ist länger als {longest_name} Zeichen oder enthält, was kein Zeichen ist.</translation>
    </message>
    <message>
        <source>A name, the same for all its readers</source>
        <translation>Ein Name, derselbe für alle Befunder</translation>
    </message>
    <message>
        <source>A new folder for the training</source>
        <translation>Ein neuer Ordner für das Training</translation>
    </message>
    <message>
        <source>A newer version of Slicelens kept what was open last: {path}. This version leaves that file alone.</source>
        <translation>Eine neuere Version von Slicelens hat behalten, was zuletzt offen war: {path}. Diese Version lässt die Datei unberührt.</translation>
    </message>
    <message>
        <source>A newer version of Slicelens wrote the settings (format {text}; this version reads up to {format}). Nothing was changed. Start the newer version, or move this file away to begin with fresh settings: {file}</source>
        <translation>Eine neuere Version von Slicelens hat die Einstellungen geschrieben (Format {text}; diese Version liest bis {format}). Nichts wurde verändert. Starten Sie die neuere Version, oder verschieben Sie diese Datei, um mit neuen Einstellungen zu beginnen: {file}</translation>
    </message>
    <message>
        <source>A node of the graph ({op_type}) has more than {max_attributes} attributes.</source>
        <translation>Ein Knoten des Graphen ({op_type}) hat mehr als {max_attributes} Attribute.</translation>
    </message>
    <message>
        <source>A pane wants series {series}; the last is {series_2}.</source>
        <translation>Ein Bildfeld verlangt Serie {series}; die letzte ist {series_2}.</translation>
    </message>
    <message>
        <source>A presentation state is of slices as they were acquired.</source>
        <translation>Ein Presentation State gilt Schichten, wie sie aufgenommen wurden.</translation>
    </message>
    <message>
        <source>A reader cannot be called `{reader}`: tables of reader studies use that word for the truth.</source>
        <translation>Ein Befunder kann nicht `{reader}` heißen: In Tabellen von Befunderstudien steht das Wort für die Wahrheit.</translation>
    </message>
    <message>
        <source>A reader study needs a table of results: its second stage shows what the model said.</source>
        <translation>Eine Befunderstudie braucht eine Ergebnistabelle: Ihr zweiter Durchgang zeigt, was das Modell sagte.</translation>
    </message>
    <message>
        <source>A report is about a slice as it was acquired, not about a cut across slices.</source>
        <translation>Ein Bericht gilt einer Schicht, wie sie aufgenommen wurde, nicht einem Schnitt quer durch die Schichten.</translation>
    </message>
    <message>
        <source>A report of a fault</source>
        <translation>Ein Fehlerbericht</translation>
    </message>
    <message>
        <source>A report that cannot be read</source>
        <translation>Ein Bericht, der sich nicht lesen lässt</translation>
    </message>
    <message>
        <source>A row for each slice and model. The table holds paths and salted keys, no names; what it needs to go on stands beside it. Research use only. Not for diagnosis.</source>
        <translation>Eine Zeile je Schicht und Modell. Die Tabelle enthält Pfade und gesalzene Schlüssel, keine Namen; was sie zum Fortsetzen braucht, steht daneben. Nur für die Forschung. Nicht zur Diagnose.</translation>
    </message>
    <message>
        <source>A scale of one&apos;s own needs its mean, and its spread, which is greater than 0.</source>
        <translation>Eine eigene Skala braucht ihren Mittelwert und ihre Streuung, die größer als 0 ist.</translation>
    </message>
    <message>
        <source>A series into any pane</source>
        <translation>Eine Serie in ein beliebiges Bildfeld</translation>
    </message>
    <message>
        <source>A side of NIfTI-1 has at most {longest_side} voxels.</source>
        <translation>Eine Seite von NIfTI-1 hat höchstens {longest_side} Voxel.</translation>
    </message>
    <message>
        <source>A small 4D NIfTI: 24 slices, each at two time points.</source>
        <translation>Ein kleines 4D-NIfTI: 24 Schichten, jede zu zwei Zeitpunkten.</translation>
    </message>
    <message>
        <source>A softmax is over several scores, and this model answers with one: choose sigmoid or none.</source>
        <translation>Ein Softmax geht über mehrere Werte, dieses Modell antwortet aber mit einem: Wählen Sie Sigmoid oder nichts.</translation>
    </message>
    <message>
        <source>A sparse weight of the graph claims far more values than it has.</source>
        <translation>Ein dünn besetztes Gewicht des Graphen gibt weit mehr Werte an, als es hat.</translation>
    </message>
    <message>
        <source>A temperature needs logits, and this graph returns probabilities.</source>
        <translation>Eine Temperatur braucht Logits; dieser Graph gibt Wahrscheinlichkeiten zurück.</translation>
    </message>
    <message>
        <source>A third answer for each case on which readers disagree; it is kept as the truth</source>
        <translation>Eine dritte Antwort für jeden Fall, über den Befunder uneins sind; sie gilt als Wahrheit</translation>
    </message>
    <message>
        <source>A truth file has the column `label`, and `path` or one of {names}.</source>
        <translation>Eine Wahrheitsdatei hat die Spalte `label`, und `path` oder eine von {names}.</translation>
    </message>
    <message>
        <source>A weight of the graph has a negative size.</source>
        <translation>Ein Gewicht des Graphen hat eine negative Größe.</translation>
    </message>
    <message>
        <source>A weight of the graph has another size than its data in `{name}`.</source>
        <translation>Ein Gewicht des Graphen hat eine andere Größe als seine Daten in `{name}`.</translation>
    </message>
    <message>
        <source>A window needs its centre and its width.</source>
        <translation>Eine Fensterung braucht ihr Zentrum und ihre Breite.</translation>
    </message>
    <message>
        <source>A worker has another model `{id}` than this job.</source>
        <translation>Ein Worker hat ein anderes Modell `{id}` als dieser Auftrag.</translation>
    </message>
    <message>
        <source>A worker runs Slicelens {here}, and this job is of {program}. Install the same on all.</source>
        <translation>Ein Worker führt Slicelens {here} aus, dieser Auftrag ist von {program}. Installieren Sie überall dasselbe.</translation>
    </message>
    <message>
        <source>AUC</source>
        <translation>AUC</translation>
    </message>
    <message>
        <source>About Slicelens</source>
        <translation>Über Slicelens</translation>
    </message>
    <message>
        <source>About the slice on screen and its finding. Names, dates, identifiers and descriptions of the file stand in it unless you leave them out; text that is burned into the pixels always does.</source>
        <translation>Über die Schicht auf dem Bildschirm und ihren Befund. Namen, Daten, Kennungen und Beschreibungen der Datei stehen darin, wenn Sie sie nicht weglassen; in die Pixel gebrannter Text immer.</translation>
    </message>
    <message>
        <source>About this model</source>
        <translation>Über dieses Modell</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Acquired</source>
        <translation>Aufgenommen</translation>
    </message>
    <message>
        <source>Active pane alone, and back</source>
        <translation>Aktives Bildfeld allein, und zurück</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>Ordner hinzufügen</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen…</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>Dateien hinzufügen</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>Dateien hinzufügen…</translation>
    </message>
    <message>
        <source>Add what is to be scored.</source>
        <translation>Fügen Sie hinzu, was bewertet werden soll.</translation>
    </message>
    <message>
        <source>Adjudicate: a third answer where readers disagree</source>
        <translation>Schlichten: eine dritte Antwort, wo Befunder uneins sind</translation>
    </message>
    <message>
        <source>Adjudicated</source>
        <translation>Geschlichtet</translation>
    </message>
    <message>
        <source>Adjudicate…</source>
        <translation>Schlichten…</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>Agreed</source>
        <translation>Übereinstimmend</translation>
    </message>
    <message>
        <source>Agreement of pairs of readers</source>
        <translation>Übereinstimmung der Befunderpaare</translation>
    </message>
    <message>
        <source>Aim of the local operating point</source>
        <translation>Ziel des örtlichen Arbeitspunkts</translation>
    </message>
    <message>
        <source>All as at first</source>
        <translation>Alles wie am Anfang</translation>
    </message>
    <message>
        <source>All cases</source>
        <translation>Alle Fälle</translation>
    </message>
    <message>
        <source>All cases are done.</source>
        <translation>Alle Fälle sind fertig.</translation>
    </message>
    <message>
        <source>All of it</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>All panes are copied, with the finding.</source>
        <translation>Alle Bildfelder sind kopiert, mit dem Befund.</translation>
    </message>
    <message>
        <source>All slices</source>
        <translation>Alle Schichten</translation>
    </message>
    <message>
        <source>All slices of this series together need more memory than may be used (--memory-limit).</source>
        <translation>Alle Schichten dieser Serie zusammen brauchen mehr Speicher, als verwendet werden darf (--memory-limit).</translation>
    </message>
    <message>
        <source>All that is said of it</source>
        <translation>Alles, was dazu gesagt wird</translation>
    </message>
    <message>
        <source>All that was said is kept; it can go on another day</source>
        <translation>Alles Gesagte ist gespeichert; es kann an einem anderen Tag weitergehen</translation>
    </message>
    <message>
        <source>All {seen} looked at</source>
        <translation>Alle {seen} angesehen</translation>
    </message>
    <message>
        <source>All {targets} cases of the truth are {only}; figures need cases of two labels at least.</source>
        <translation>Alle {targets} Fälle der Wahrheit sind {only}; Kennzahlen brauchen Fälle von mindestens zwei Klassen.</translation>
    </message>
    <message>
        <source>Ambiguous</source>
        <translation>Mehrdeutig</translation>
    </message>
    <message>
        <source>An ONNX file does not say all that a model needs. Each question has the assumed answer in it; change what you know better, and watch what the model answers on the right. Nothing is written until you save.</source>
        <translation>Eine ONNX-Datei sagt nicht alles, was ein Modell braucht. In jeder Frage steht die angenommene Antwort; ändern Sie, was Sie besser wissen, und beobachten Sie rechts, was das Modell antwortet. Bis Sie speichern, wird nichts geschrieben.</translation>
    </message>
    <message>
        <source>An aim is youden, sensitivity=0.95, specificity=0.95 (any share), or temperature.</source>
        <translation>Ein Ziel ist youden, sensitivity=0.95, specificity=0.95 (ein beliebiger Anteil) oder temperature.</translation>
    </message>
    <message>
        <source>An argument is not usable.</source>
        <translation>Ein Argument ist nicht brauchbar.</translation>
    </message>
    <message>
        <source>An earlier run of Slicelens met a fault of its own. It left a report on this computer: the program&apos;s versions and where in its code it was. No names, no paths that were opened and no pixels are in it, and it is sent to nobody.</source>
        <translation>Ein früherer Lauf von Slicelens stieß auf einen eigenen Fehler. Er hat auf diesem Rechner einen Bericht hinterlassen: die Versionen des Programms und die Stelle im Code. Er enthält keine Namen, keine geöffneten Pfade und keine Pixel, und er wird niemandem geschickt.</translation>
    </message>
    <message>
        <source>An honest model that is large gets more with --memory-limit at the start.</source>
        <translation>Ein seriöses Modell, das groß ist, bekommt beim Start mit --memory-limit mehr Speicher.</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>Analysieren</translation>
    </message>
    <message>
        <source>Analyse   {key}</source>
        <translation>Analysieren   {key}</translation>
    </message>
    <message>
        <source>Analyse the series</source>
        <translation>Serie analysieren</translation>
    </message>
    <message>
        <source>Analyse the slice on screen</source>
        <translation>Die Schicht auf dem Bildschirm analysieren</translation>
    </message>
    <message>
        <source>Analyse this slice</source>
        <translation>Diese Schicht analysieren</translation>
    </message>
    <message>
        <source>Analysing…</source>
        <translation>Analyse läuft…</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>Another bundle with the id `{id}` comes before this one.</source>
        <translation>Ein anderes Bündel mit der id `{id}` kommt vor diesem.</translation>
    </message>
    <message>
        <source>Another layer (torch)</source>
        <translation>Eine andere Ebene (torch)</translation>
    </message>
    <message>
        <source>Another program holds the store of {contents}, so nothing can be saved; close it, and go on.</source>
        <translation>Ein anderes Programm hält den Speicher ({contents}) besetzt, deshalb lässt sich nichts sichern; schließen Sie es und machen Sie weiter.</translation>
    </message>
    <message>
        <source>Another program writes to this table now.</source>
        <translation>Ein anderes Programm schreibt gerade in diese Tabelle.</translation>
    </message>
    <message>
        <source>Another window keeps what is open in it. What is open here is not kept.</source>
        <translation>Ein anderes Fenster merkt sich, was darin offen ist. Was hier offen ist, wird nicht gemerkt.</translation>
    </message>
    <message>
        <source>Another window opens in a moment.</source>
        <translation>Gleich öffnet sich ein weiteres Fenster.</translation>
    </message>
    <message>
        <source>Anterior on the left</source>
        <translation>Vorne ist links</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>Area under the ROC curve</source>
        <translation>Fläche unter der ROC-Kurve</translation>
    </message>
    <message>
        <source>Area: rectangle, ellipse, freehand (again: the next)</source>
        <translation>Fläche: Rechteck, Ellipse, Freihand (nochmals: das nächste)</translation>
    </message>
    <message>
        <source>Arrow</source>
        <translation>Pfeil</translation>
    </message>
    <message>
        <source>Arrow keys move, left and right fold, Enter opens</source>
        <translation>Pfeiltasten bewegen, links und rechts klappt auf und zu, die Eingabetaste öffnet</translation>
    </message>
    <message>
        <source>Arrows, with a measurement selected</source>
        <translation>Pfeiltasten, bei ausgewählter Messung</translation>
    </message>
    <message>
        <source>As it was at first</source>
        <translation>Wie am Anfang</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>As the table has them</source>
        <translation>Wie in der Tabelle</translation>
    </message>
    <message>
        <source>Ask for a slice, phase or series that exists.</source>
        <translation>Wählen Sie eine Schicht, Phase oder Serie, die es gibt.</translation>
    </message>
    <message>
        <source>Ask the authors for a classifier of slices that ONNX Runtime can run.</source>
        <translation>Bitten Sie die Autoren um einen Klassifikator für Schichten, den ONNX Runtime ausführen kann.</translation>
    </message>
    <message>
        <source>Ask the authors for a model of standard ONNX operators.</source>
        <translation>Bitten Sie die Autoren um ein Modell aus gewöhnlichen ONNX-Operatoren.</translation>
    </message>
    <message>
        <source>Ask the authors for a model with its weights inside.</source>
        <translation>Bitten Sie die Autoren um ein Modell, das seine Gewichte enthält.</translation>
    </message>
    <message>
        <source>Ask the file&apos;s owner or your IT for the right to read it, or copy it to your own folder.</source>
        <translation>Bitten Sie den Besitzer der Datei oder Ihre IT um das Leserecht, oder kopieren Sie sie in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>Ask the model&apos;s authors for a bundle made for this version.</source>
        <translation>Bitten Sie die Autoren des Modells um ein Paket für diese Version.</translation>
    </message>
    <message>
        <source>Ask the model&apos;s authors for a smaller bundle.</source>
        <translation>Bitten Sie die Autoren des Modells um ein kleineres Paket.</translation>
    </message>
    <message>
        <source>Assumed</source>
        <translation>Angenommen</translation>
    </message>
    <message>
        <source>Assumed, because {why}.</source>
        <translation>Angenommen, weil {why}.</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>At random, another order for each reader</source>
        <translation>Zufällig, für jeden Befunder in anderer Reihenfolge</translation>
    </message>
    <message>
        <source>At this threshold: a click on a number shows its cases</source>
        <translation>An dieser Schwelle: Ein Klick auf eine Zahl zeigt ihre Fälle</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>Axial</translation>
    </message>
    <message>
        <source>Back to the header</source>
        <translation>Zurück zum Dateikopf</translation>
    </message>
    <message>
        <source>Backspace takes back · Space pauses · F2 remark · PgUp, PgDn other cases · wheel, arrows slices · F fit · I invert · R, H, V turn · W window · Esc ends; all is kept</source>
        <translation>Rücktaste nimmt zurück · Leertaste hält an · F2 Bemerkung · Bild↑, Bild↓ andere Fälle · Rad, Pfeile Schichten · F einpassen · I invertieren · R, H, V drehen · W Fensterung · Esc beendet; alles bleibt gespeichert</translation>
    </message>
    <message>
        <source>Below the local threshold.</source>
        <translation>Unter der örtlichen Schwelle.</translation>
    </message>
    <message>
        <source>Below the threshold.</source>
        <translation>Unter der Schwelle.</translation>
    </message>
    <message>
        <source>Beside the card: {split} ({n} cases)</source>
        <translation>Neben der Modellkarte: {split} ({n} Fälle)</translation>
    </message>
    <message>
        <source>Binary values that are no pixels were removed, for they can hold anything.</source>
        <translation>Binäre Werte, die keine Bildpunkte sind, wurden entfernt, denn sie können alles enthalten.</translation>
    </message>
    <message>
        <source>Bits of a voxel</source>
        <translation>Bits eines Voxels</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>Blau</translation>
    </message>
    <message>
        <source>Body part</source>
        <translation>Körperteil</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>Knochen</translation>
    </message>
    <message>
        <source>Bone  2500 / 480</source>
        <translation>Knochen  2500 / 480</translation>
    </message>
    <message>
        <source>Both</source>
        <translation>Beide</translation>
    </message>
    <message>
        <source>Both say {shown}.</source>
        <translation>Beide sagen {shown}.</translation>
    </message>
    <message>
        <source>Box what looks like text</source>
        <translation>Felder um alles, was wie Text aussieht</translation>
    </message>
    <message>
        <source>Brain  80 / 40</source>
        <translation>Gehirn  80 / 40</translation>
    </message>
    <message>
        <source>Building the network</source>
        <translation>Netz wird aufgebaut</translation>
    </message>
    <message>
        <source>Bundle in one file (*.slb)</source>
        <translation>Modellpaket in einer Datei (*.slb)</translation>
    </message>
    <message>
        <source>Button or wheel</source>
        <translation>Taste oder Rad</translation>
    </message>
    <message>
        <source>By label</source>
        <translation>Nach Klasse</translation>
    </message>
    <message>
        <source>By the probability of {shown}: {bands}.</source>
        <translation>Nach der Wahrscheinlichkeit von {shown}: {bands}.</translation>
    </message>
    <message>
        <source>CSV, a table without patient data (*.csv)</source>
        <translation>CSV, eine Tabelle ohne Patientendaten (*.csv)</translation>
    </message>
    <message>
        <source>CT with a rescale and no Rescale Type (PS3.3 C.8.2.1.1.2), or per frame</source>
        <translation>CT mit Rescale und ohne Rescale Type (PS3.3 C.8.2.1.1.2), oder je Bild</translation>
    </message>
    <message>
        <source>CT, MR and radiographs mixed, thumbnail-sized: see how they are sorted into series.</source>
        <translation>CT, MR und Röntgenaufnahmen gemischt, so groß wie Vorschaubilder: Sehen Sie, wie sie in Serien sortiert werden.</translation>
    </message>
    <message>
        <source>Calibrated on {cases} cases</source>
        <translation>Kalibriert an {cases} Fällen</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>Called unlike its training cases</source>
        <translation>Den Trainingsfällen unähnlich genannt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation>Laufendes abbrechen</translation>
    </message>
    <message>
        <source>Cancel what runs; then reset the view</source>
        <translation>Laufendes abbrechen; dann die Ansicht zurücksetzen</translation>
    </message>
    <message>
        <source>Card of the model</source>
        <translation>Karte des Modells</translation>
    </message>
    <message>
        <source>Card…</source>
        <translation>Karte…</translation>
    </message>
    <message>
        <source>Case {number} of {total}</source>
        <translation>Fall {number} von {total}</translation>
    </message>
    <message>
        <source>Cases at this threshold</source>
        <translation>Fälle an dieser Schwelle</translation>
    </message>
    <message>
        <source>Cases on which readers disagree</source>
        <translation>Fälle, über die Befunder uneins sind</translation>
    </message>
    <message>
        <source>Cases that are done</source>
        <translation>Fertige Fälle</translation>
    </message>
    <message>
        <source>Centre of the window</source>
        <translation>Zentrum der Fensterung</translation>
    </message>
    <message>
        <source>Change keys and gestures</source>
        <translation>Tasten und Gesten ändern</translation>
    </message>
    <message>
        <source>Change keys and gestures…</source>
        <translation>Tasten und Gesten ändern…</translation>
    </message>
    <message>
        <source>Check the path, or plug in the disc or drive that it is on.</source>
        <translation>Prüfen Sie den Pfad, oder schließen Sie das Laufwerk an, auf dem die Datei liegt.</translation>
    </message>
    <message>
        <source>Checking the heatmap</source>
        <translation>Heatmap wird geprüft</translation>
    </message>
    <message>
        <source>Checking whether it holds…</source>
        <translation>Wird auf Stabilität geprüft…</translation>
    </message>
    <message>
        <source>Chest radiograph of a child</source>
        <translation>Röntgen-Thorax eines Kindes</translation>
    </message>
    <message>
        <source>Chest radiograph of a child, normal</source>
        <translation>Röntgen-Thorax eines Kindes, normal</translation>
    </message>
    <message>
        <source>Chest radiograph of an adult</source>
        <translation>Röntgen-Thorax eines Erwachsenen</translation>
    </message>
    <message>
        <source>Choose a bundle&apos;s folder or its .slb file.</source>
        <translation>Wählen Sie den Ordner eines Modellpakets oder seine .slb-Datei.</translation>
    </message>
    <message>
        <source>Choose a command, press its new key in the box, then “Use this key”. Esc is always Esc.</source>
        <translation>Wählen Sie einen Befehl, drücken Sie im Feld seine neue Taste und dann „Diese Taste verwenden“. Esc bleibt immer Esc.</translation>
    </message>
    <message>
        <source>Choose a label</source>
        <translation>Wählen Sie eine Klasse</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Choose a model above, or open a bundle.</source>
        <translation>Wählen Sie oben ein Modell, oder öffnen Sie ein Modellpaket.</translation>
    </message>
    <message>
        <source>Choose a model.</source>
        <translation>Wählen Sie ein Modell.</translation>
    </message>
    <message>
        <source>Choose a new folder…</source>
        <translation>Neuen Ordner wählen…</translation>
    </message>
    <message>
        <source>Choose a row, then by what it is to be done, then “Use this gesture”. Clicks mean what they always do.</source>
        <translation>Wählen Sie eine Zeile, dann, womit es geschehen soll, dann „Diese Geste verwenden“. Klicks bedeuten immer dasselbe.</translation>
    </message>
    <message>
        <source>Choose an installed model, or open a bundle.</source>
        <translation>Wählen Sie ein installiertes Modell, oder öffnen Sie ein Modellpaket.</translation>
    </message>
    <message>
        <source>Choose another folder, or make room on the disc.</source>
        <translation>Wählen Sie einen anderen Ordner, oder schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>Choose at least one format.</source>
        <translation>Wählen Sie mindestens ein Format.</translation>
    </message>
    <message>
        <source>Choose on half of the persons, judge on the others</source>
        <translation>An der Hälfte der Personen wählen, an den anderen beurteilen</translation>
    </message>
    <message>
        <source>Choose one of the layers that the list offers.</source>
        <translation>Wählen Sie eine der angebotenen Ebenen des Netzes.</translation>
    </message>
    <message>
        <source>Choose slicelens-train…</source>
        <translation>slicelens-train wählen…</translation>
    </message>
    <message>
        <source>Choose the table to write</source>
        <translation>Die zu schreibende Tabelle wählen</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Cine back and forth</source>
        <translation>Cine hin und zurück</translation>
    </message>
    <message>
        <source>Cine faster</source>
        <translation>Cine schneller</translation>
    </message>
    <message>
        <source>Cine slower</source>
        <translation>Cine langsamer</translation>
    </message>
    <message>
        <source>Cine: pause, run</source>
        <translation>Cine: anhalten, starten</translation>
    </message>
    <message>
        <source>Cine: run, pause</source>
        <translation>Cine: starten, anhalten</translation>
    </message>
    <message>
        <source>Cine: {rate:g} pictures a second ({source})</source>
        <translation>Cine: {rate:g} Bilder je Sekunde ({source})</translation>
    </message>
    <message>
        <source>Cividis</source>
        <translation>Cividis</translation>
    </message>
    <message>
        <source>Class map (CAM)</source>
        <translation>Klassenkarte (CAM)</translation>
    </message>
    <message>
        <source>Click a pixel.</source>
        <translation>Auf ein Pixel klicken.</translation>
    </message>
    <message>
        <source>Click the end of one arm, the vertex, the end of the other.</source>
        <translation>Auf das Ende eines Schenkels klicken, auf den Scheitel, auf das Ende des anderen.</translation>
    </message>
    <message>
        <source>Click where it is to stand.</source>
        <translation>Dorthin klicken, wo der Text stehen soll.</translation>
    </message>
    <message>
        <source>Close other programs, or open a smaller part of it.</source>
        <translation>Schließen Sie andere Programme, oder öffnen Sie einen kleineren Teil davon.</translation>
    </message>
    <message>
        <source>Close the study</source>
        <translation>Die Studie schließen</translation>
    </message>
    <message>
        <source>Close this study</source>
        <translation>Diese Studie schließen</translation>
    </message>
    <message>
        <source>Coarse: the finer one was cancelled.</source>
        <translation>Grob: Die feinere wurde abgebrochen.</translation>
    </message>
    <message>
        <source>Coarse; a finer one is on its way.</source>
        <translation>Grob; eine feinere ist unterwegs.</translation>
    </message>
    <message>
        <source>Cobb angle</source>
        <translation>Cobb-Winkel</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Code of the intent</source>
        <translation>Code des Zwecks</translation>
    </message>
    <message>
        <source>Code of the qform</source>
        <translation>Code der qform</translation>
    </message>
    <message>
        <source>Code of the sform</source>
        <translation>Code der sform</translation>
    </message>
    <message>
        <source>Coding the film</source>
        <translation>Film wird kodiert</translation>
    </message>
    <message>
        <source>Cohen&apos;s kappa of decision and truth</source>
        <translation>Cohens Kappa von Entscheidung und Wahrheit</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Colours of the heatmap, weak to strong</source>
        <translation>Farben der Heatmap, von schwach bis stark</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Compare with a file…</source>
        <translation>Mit einer Datei vergleichen…</translation>
    </message>
    <message>
        <source>Compare with the header of</source>
        <translation>Vergleichen mit dem Kopf von</translation>
    </message>
    <message>
        <source>Compare with the truth…</source>
        <translation>Mit der Wahrheit vergleichen…</translation>
    </message>
    <message>
        <source>Computing the class maps</source>
        <translation>Klassenkarten werden berechnet</translation>
    </message>
    <message>
        <source>Copied: paste it on this slice or on another one.</source>
        <translation>Kopiert: Fügen Sie es auf dieser oder einer anderen Schicht ein.</translation>
    </message>
    <message>
        <source>Copies of this kind of picture are not made. As PNG they would be.</source>
        <translation>Von Bildern dieser Art werden keine Kopien angefertigt; als PNG ginge es.</translation>
    </message>
    <message>
        <source>Copies without identity (PS3.15)</source>
        <translation>Kopien ohne Identität (PS3.15)</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
    <message>
        <source>Copy all panes with the finding</source>
        <translation>Alle Bildfelder mit dem Befund kopieren</translation>
    </message>
    <message>
        <source>Copy all shown rows</source>
        <translation>Alle gezeigten Zeilen kopieren</translation>
    </message>
    <message>
        <source>Copy into</source>
        <translation>Kopieren nach</translation>
    </message>
    <message>
        <source>Copy into a folder…</source>
        <translation>In einen Ordner kopieren…</translation>
    </message>
    <message>
        <source>Copy the file again from where it came from.</source>
        <translation>Kopieren Sie die Datei noch einmal von ihrem Ursprung.</translation>
    </message>
    <message>
        <source>Copy the file again from where it came from. If it stays so, export it again from its source.</source>
        <translation>Kopieren Sie die Datei noch einmal von ihrem Ursprung. Bleibt es dabei, exportieren Sie sie dort neu.</translation>
    </message>
    <message>
        <source>Copy the file again from where it came from. If it stays so, export it uncompressed.</source>
        <translation>Kopieren Sie die Datei noch einmal von ihrem Ursprung. Bleibt es dabei, exportieren Sie sie unkomprimiert.</translation>
    </message>
    <message>
        <source>Copy the file again from where it came from. It is shorter than it says.</source>
        <translation>Kopieren Sie die Datei noch einmal von ihrem Ursprung. Sie ist kürzer, als sie angibt.</translation>
    </message>
    <message>
        <source>Copy the file again. If it stays so, the file is damaged: export it anew from its source.</source>
        <translation>Kopieren Sie die Datei noch einmal. Bleibt es dabei, ist sie beschädigt: Exportieren Sie sie an ihrem Ursprung neu.</translation>
    </message>
    <message>
        <source>Copy the measurement</source>
        <translation>Messung kopieren</translation>
    </message>
    <message>
        <source>Copy the pane with its finding</source>
        <translation>Bildfeld mit Befund kopieren</translation>
    </message>
    <message>
        <source>Copy the selected rows</source>
        <translation>Ausgewählte Zeilen kopieren</translation>
    </message>
    <message>
        <source>Copy the whole list of files</source>
        <translation>Die ganze Dateiliste kopieren</translation>
    </message>
    <message>
        <source>Copy the whole report as text</source>
        <translation>Den ganzen Bericht als Text kopieren</translation>
    </message>
    <message>
        <source>Copy why the slice looks as it does</source>
        <translation>Kopieren, warum die Schicht so aussieht</translation>
    </message>
    <message>
        <source>Copying cases</source>
        <translation>Fälle werden kopiert</translation>
    </message>
    <message>
        <source>Corner text</source>
        <translation>Text in den Ecken</translation>
    </message>
    <message>
        <source>Corner text: all, some, none</source>
        <translation>Text in den Ecken: alles, weniger, nichts</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>Koronal</translation>
    </message>
    <message>
        <source>Correct the argument.</source>
        <translation>Berichtigen Sie das Argument.</translation>
    </message>
    <message>
        <source>Covers the case; the time stands still</source>
        <translation>Verdeckt den Fall; die Zeit steht still</translation>
    </message>
    <message>
        <source>Ctrl</source>
        <translation>Strg</translation>
    </message>
    <message>
        <source>Curve of the series with axes…</source>
        <translation>Kurve der Serie mit Achsen…</translation>
    </message>
    <message>
        <source>Curves or sound that the file holds beside its pixels were removed.</source>
        <translation>Kurven oder Ton, die die Datei neben ihren Bildpunkten enthält, wurden entfernt.</translation>
    </message>
    <message>
        <source>Cyan</source>
        <translation>Türkis</translation>
    </message>
    <message>
        <source>DATA INCOMPLETE</source>
        <translation>DATEN UNVOLLSTÄNDIG</translation>
    </message>
    <message>
        <source>DICOM presentation state (measurements, window)</source>
        <translation>DICOM Presentation State (Messungen, Fensterung)</translation>
    </message>
    <message>
        <source>DICOM report, in the patient&apos;s study and with the name (*.dcm)</source>
        <translation>DICOM-Bericht, in der Studie des Patienten und mit Namen (*.dcm)</translation>
    </message>
    <message>
        <source>DICOM secondary capture</source>
        <translation>DICOM Secondary Capture</translation>
    </message>
    <message>
        <source>DICOM structured report</source>
        <translation>DICOM Structured Report</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Data: {data_licence}</source>
        <translation>Daten: {data_licence}</translation>
    </message>
    <message>
        <source>Data: {data}</source>
        <translation>Daten: {data}</translation>
    </message>
    <message>
        <source>Date of the scan, instead of the file&apos;s</source>
        <translation>Aufnahmedatum, anstelle dessen der Datei</translation>
    </message>
    <message>
        <source>Dates, all moved by the same days</source>
        <translation>Daten, alle um dieselbe Zahl von Tagen verschoben</translation>
    </message>
    <message>
        <source>De-identify</source>
        <translation>De-identifizieren</translation>
    </message>
    <message>
        <source>De-identify…</source>
        <translation>De-identifizieren…</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Entf</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete it</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete the measurement</source>
        <translation>Messung löschen</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Device and station</source>
        <translation>Gerät und Station</translation>
    </message>
    <message>
        <source>Dim, for a dark reading room</source>
        <translation>Gedämpft, für einen dunklen Befundraum</translation>
    </message>
    <message>
        <source>Dimensions</source>
        <translation>Dimensionen</translation>
    </message>
    <message>
        <source>Directions of the acquisition</source>
        <translation>Richtungen der Aufnahme</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Disputed cases</source>
        <translation>Strittige Fälle</translation>
    </message>
    <message>
        <source>Do not rely on the number.</source>
        <translation>Verlassen Sie sich nicht auf die Zahl.</translation>
    </message>
    <message>
        <source>Do not use it: a bundle may hold data only. Get it again from its authors.</source>
        <translation>Verwenden Sie es nicht: Ein Modellpaket darf nur Daten enthalten. Beziehen Sie es neu von den Autoren.</translation>
    </message>
    <message>
        <source>Do not use it: here it does not compute what its authors computed.</source>
        <translation>Verwenden Sie es nicht: Es berechnet hier nicht, was es bei seinen Autoren berechnet hat.</translation>
    </message>
    <message>
        <source>Do not use it: it tries to reach outside its own folder.</source>
        <translation>Verwenden Sie es nicht: Es versucht, außerhalb seines Ordners zuzugreifen.</translation>
    </message>
    <message>
        <source>Do not use it: its contract does not list all of its files. Get it again from its authors.</source>
        <translation>Verwenden Sie es nicht: Sein Vertrag nennt nicht alle seine Dateien. Beziehen Sie es neu von den Autoren.</translation>
    </message>
    <message>
        <source>Do not use it: the bundle was changed or damaged. Get it again from its authors.</source>
        <translation>Verwenden Sie es nicht: Das Modellpaket wurde verändert oder beschädigt. Beziehen Sie es neu von den Autoren.</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Done. The new bundle lies in the folder; nothing was installed.</source>
        <translation>Fertig. Das neue Modellpaket liegt im Ordner; nichts wurde installiert.</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Double click on a measurement</source>
        <translation>Doppelklick auf eine Messung</translation>
    </message>
    <message>
        <source>Drag along one end plate, then along the other.</source>
        <translation>Entlang einer Deckplatte ziehen, dann entlang der anderen.</translation>
    </message>
    <message>
        <source>Drag around the area.</source>
        <translation>Um die Fläche herum ziehen.</translation>
    </message>
    <message>
        <source>Drag from corner to corner of its box; Shift makes a circle.</source>
        <translation>Von Ecke zu Ecke des umgebenden Rechtecks ziehen; Umschalt macht einen Kreis.</translation>
    </message>
    <message>
        <source>Drag from corner to corner; Shift makes a square.</source>
        <translation>Von Ecke zu Ecke ziehen; Umschalt macht ein Quadrat.</translation>
    </message>
    <message>
        <source>Drag from end to end; Shift keeps to 45°.</source>
        <translation>Von Ende zu Ende ziehen; Umschalt rastet bei 45° ein.</translation>
    </message>
    <message>
        <source>Drag from the list</source>
        <translation>Ziehen aus der Liste</translation>
    </message>
    <message>
        <source>Drag from the tip.</source>
        <translation>Von der Spitze aus ziehen.</translation>
    </message>
    <message>
        <source>Drag on a measurement to move it, arrow keys by a pixel; Del deletes it, Ctrl+Z takes it back</source>
        <translation>Eine Messung mit der Maus ziehen, um sie zu verschieben, mit Pfeiltasten pixelweise; Entf löscht sie, Strg+Z macht es rückgängig</translation>
    </message>
    <message>
        <source>Drag: turn   Wheel: 5° on   Shift+drag: pan   Ctrl+drag: window of a region   C: turns by itself</source>
        <translation>Ziehen: drehen   Rad: 5° weiter   Umschalt+Ziehen: verschieben   Strg+Ziehen: Fensterung eines Bereichs   C: dreht sich von selbst</translation>
    </message>
    <message>
        <source>Draw boxes over text in the pixels. They are blacked out in every picture; pixels are stored uncompressed.</source>
        <translation>Ziehen Sie Felder über Text in den Pixeln auf. Sie werden in jedem Bild geschwärzt; Pixel werden unkomprimiert gespeichert.</translation>
    </message>
    <message>
        <source>Draw what reports among the files measured</source>
        <translation>Zeichnen, was Berichte unter den Dateien gemessen haben</translation>
    </message>
    <message>
        <source>Drawing slices</source>
        <translation>Schichten werden gezeichnet</translation>
    </message>
    <message>
        <source>Drawings in the file</source>
        <translation>Einzeichnungen in der Datei</translation>
    </message>
    <message>
        <source>Drawings that the file lays over its slices are not part of a NIfTI file.</source>
        <translation>Einzeichnungen, die die Datei über ihre Schichten legt, gehören nicht zu einer NIfTI-Datei.</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>Ablegen</translation>
    </message>
    <message>
        <source>Drop a folder, a DICOM series, a NIfTI volume or a picture</source>
        <translation>Legen Sie einen Ordner, eine DICOM-Serie, ein NIfTI-Volumen oder ein Bild ab</translation>
    </message>
    <message>
        <source>EXIF orientation {turn}, applied</source>
        <translation>EXIF-Ausrichtung {turn}, angewandt</translation>
    </message>
    <message>
        <source>Each key chooses a label or leaves it again; Enter says that these are all.</source>
        <translation>Jede Taste wählt eine Klasse an oder ab; die Eingabetaste sagt, dass es alle sind.</translation>
    </message>
    <message>
        <source>Each label counts from its own threshold: {limits}.</source>
        <translation>Jede Klasse zählt ab ihrer eigenen Schwelle: {limits}.</translation>
    </message>
    <message>
        <source>Each label has a name of its own.</source>
        <translation>Jede Klasse hat einen eigenen Namen.</translation>
    </message>
    <message>
        <source>Echocardiogram</source>
        <translation>Echokardiogramm</translation>
    </message>
    <message>
        <source>Edition {name}, build {build}{made}</source>
        <translation>Ausgabe {name}, Build {build}{made}</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>Ellipse</translation>
    </message>
    <message>
        <source>Empty: choose a series in the list, or drag one here</source>
        <translation>Leer: Wählen Sie eine Serie in der Liste, oder ziehen Sie eine hierher</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Enter or a double click shows the slice of a row. {notice}</source>
        <translation>Die Eingabetaste oder ein Doppelklick zeigt die Schicht einer Zeile. {notice}</translation>
    </message>
    <message>
        <source>Enter or a double click shows the whole text.</source>
        <translation>Die Eingabetaste oder ein Doppelklick zeigt den ganzen Text.</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>Epochen</translation>
    </message>
    <message>
        <source>Every file of what is open is copied under names that say nothing: names, numbers, dates, places, descriptions and private attributes are removed (PS3.15 Basic Profile), and each copy is verified. Originals are not touched. Text burned into pixels is not removed by itself, and a face can be drawn from the voxels of a head.</source>
        <translation>Jede Datei des Geöffneten wird unter nichtssagendem Namen kopiert: Namen, Nummern, Daten, Orte, Beschreibungen und private Attribute werden entfernt (PS3.15 Basic Profile), und jede Kopie wird geprüft. Originale bleiben unberührt. In Pixel gebrannter Text wird nicht von selbst entfernt, und aus den Voxeln eines Kopfes lässt sich ein Gesicht zeichnen.</translation>
    </message>
    <message>
        <source>Every label from 50 %.</source>
        <translation>Jede Klasse ab 50 %.</translation>
    </message>
    <message>
        <source>Every slice, a file each</source>
        <translation>Jede Schicht, je eine Datei</translation>
    </message>
    <message>
        <source>Every slice, in one file</source>
        <translation>Jede Schicht, in einer Datei</translation>
    </message>
    <message>
        <source>Exchange first and second model</source>
        <translation>Erstes und zweites Modell tauschen</translation>
    </message>
    <message>
        <source>Exchange first and second model (A/B)</source>
        <translation>Erstes und zweites Modell tauschen (A/B)</translation>
    </message>
    <message>
        <source>Exif</source>
        <translation>Exif</translation>
    </message>
    <message>
        <source>Expected calibration error</source>
        <translation>Erwarteter Kalibrierungsfehler</translation>
    </message>
    <message>
        <source>Expects</source>
        <translation>Erwartet</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Exportieren als</translation>
    </message>
    <message>
        <source>Export it from its source in a form without patient data, or leave it where it is.</source>
        <translation>Exportieren Sie sie am Ursprung in einer Form ohne Patientendaten, oder lassen Sie sie, wo sie ist.</translation>
    </message>
    <message>
        <source>Export it in another form, for example as uncompressed DICOM.</source>
        <translation>Exportieren Sie sie in anderer Form, zum Beispiel als unkomprimiertes DICOM.</translation>
    </message>
    <message>
        <source>Export measurements</source>
        <translation>Messungen exportieren</translation>
    </message>
    <message>
        <source>Export measurements…</source>
        <translation>Messungen exportieren…</translation>
    </message>
    <message>
        <source>Export the slices into</source>
        <translation>Schichten exportieren nach</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Extension {number}</source>
        <translation>Erweiterung {number}</translation>
    </message>
    <message>
        <source>Extensions of the header (of CIFTI, for example) were removed.</source>
        <translation>Erweiterungen des Kopfes (von CIFTI zum Beispiel) wurden entfernt.</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>Figure for publication, 300 dpi</source>
        <translation>Abbildung zur Veröffentlichung, 300 dpi</translation>
    </message>
    <message>
        <source>Figure for publication, 600 dpi</source>
        <translation>Abbildung zur Veröffentlichung, 600 dpi</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>Kennzahlen</translation>
    </message>
    <message>
        <source>Figures of the models on these cases</source>
        <translation>Kennzahlen der Modelle an diesen Fällen</translation>
    </message>
    <message>
        <source>Figures on “{split}”, {n} cases, grouped by {grouped_by}</source>
        <translation>Kennzahlen an „{split}“, {n} Fälle, gruppiert nach {grouped_by}</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>File {row}</source>
        <translation>Datei {row}</translation>
    </message>
    <message>
        <source>File&apos;s window here: {window}</source>
        <translation>Fensterung der Datei hier: {window}</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Files are still being looked through; draw as soon as the series is known whole.</source>
        <translation>Die Dateien werden noch durchgesehen; zeichnen Sie, sobald die Serie vollständig bekannt ist.</translation>
    </message>
    <message>
        <source>Files to unpack</source>
        <translation>Zu entpackende Dateien</translation>
    </message>
    <message>
        <source>Film (AVI, Motion JPEG)</source>
        <translation>Film (AVI, Motion JPEG)</translation>
    </message>
    <message>
        <source>Film (GIF)</source>
        <translation>Film (GIF)</translation>
    </message>
    <message>
        <source>Film (WebP, without loss)</source>
        <translation>Film (WebP, verlustfrei)</translation>
    </message>
    <message>
        <source>Filter of the series</source>
        <translation>Filter der Serien</translation>
    </message>
    <message>
        <source>Filter: name, date, CT…</source>
        <translation>Filter: Name, Datum, CT…</translation>
    </message>
    <message>
        <source>Find a series</source>
        <translation>Serie suchen</translation>
    </message>
    <message>
        <source>Find in all columns</source>
        <translation>In allen Spalten suchen</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>Finding and heatmap</source>
        <translation>Befund und Heatmap</translation>
    </message>
    <message>
        <source>Findings name it; one switch beside them goes back to the bundle&apos;s own rule.</source>
        <translation>Befunde nennen ihn; ein Schalter daneben führt zur eigenen Regel des Modellpakets zurück.</translation>
    </message>
    <message>
        <source>First slice</source>
        <translation>Erste Schicht</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>Fit to the pane</source>
        <translation>In das Bildfeld einpassen</translation>
    </message>
    <message>
        <source>Fleiss&apos; kappa of all readers on {in_common} cases: {kappa_text}.</source>
        <translation>Fleiss’ Kappa aller Befunder an {in_common} Fällen: {kappa_text}.</translation>
    </message>
    <message>
        <source>Flip</source>
        <translation>Spiegeln</translation>
    </message>
    <message>
        <source>Flip left and right</source>
        <translation>Links und rechts spiegeln</translation>
    </message>
    <message>
        <source>Flip top and bottom</source>
        <translation>Oben und unten spiegeln</translation>
    </message>
    <message>
        <source>Fold</source>
        <translation>Zuklappen</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Folders from a disc</source>
        <translation>Ordner von einem Datenträger</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>For the pixels of one series. One that needs more is not read whole: the slices around the one you look at stay in memory, the others are read again when you come to them. It holds for what you open next.</source>
        <translation>Für die Pixel einer Serie. Braucht eine mehr, wird sie nicht ganz gelesen: Die Schichten um die gezeigte bleiben im Speicher, die anderen werden neu gelesen, wenn Sie dorthin kommen. Gilt für alles, was Sie danach öffnen.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Four</source>
        <translation>Vier</translation>
    </message>
    <message>
        <source>Four panes (2 × 2)</source>
        <translation>Vier Bildfelder (2 × 2)</translation>
    </message>
    <message>
        <source>Frames that share a codestream are not read ({name_of}).</source>
        <translation>Bilder, die sich einen Codestream teilen, werden nicht gelesen ({name_of}).</translation>
    </message>
    <message>
        <source>Freehand area</source>
        <translation>Freihandfläche</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>Aus einer Datei…</translation>
    </message>
    <message>
        <source>From now on the paths of what is open are kept in {path}. Names of files and folders may name patients.</source>
        <translation>Von jetzt an werden die Pfade des Geöffneten in {path} gemerkt. Namen von Dateien und Ordnern können Patienten nennen.</translation>
    </message>
    <message>
        <source>Full screen, and back</source>
        <translation>Vollbild, und zurück</translation>
    </message>
    <message>
        <source>Gesture</source>
        <translation>Geste</translation>
    </message>
    <message>
        <source>Gestures of the mouse</source>
        <translation>Gesten der Maus</translation>
    </message>
    <message>
        <source>Get the bundle again; its copy is incomplete.</source>
        <translation>Beziehen Sie das Modellpaket neu; diese Kopie ist unvollständig.</translation>
    </message>
    <message>
        <source>Give its password when asked, or unpack it yourself and open the folder.</source>
        <translation>Geben Sie auf Nachfrage das Passwort ein, oder entpacken Sie das Archiv selbst und öffnen Sie den Ordner.</translation>
    </message>
    <message>
        <source>Give the study a name, by which all its readers know it.</source>
        <translation>Geben Sie der Studie einen Namen, unter dem alle ihre Befunder sie kennen.</translation>
    </message>
    <message>
        <source>Give {wanted} names, one for each answer and in the order of the scores; these are {given}.</source>
        <translation>Geben Sie {wanted} Namen an, einen je Antwort und in der Reihenfolge der Werte; dies sind {given}.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Go on with a table that was begun with the same files and models</source>
        <translation>Eine begonnene Tabelle mit denselben Dateien und Modellen fortsetzen</translation>
    </message>
    <message>
        <source>Go on with what it was begun with, or name another table.</source>
        <translation>Fahren Sie mit dem fort, womit sie begonnen wurde, oder nennen Sie eine andere Tabelle.</translation>
    </message>
    <message>
        <source>Go to it</source>
        <translation>Dorthin gehen</translation>
    </message>
    <message>
        <source>Goes back to the last answer</source>
        <translation>Geht zur letzten Antwort zurück</translation>
    </message>
    <message>
        <source>Grad-CAM at {layer}: {grid}</source>
        <translation>Grad-CAM an {layer}: {grid}</translation>
    </message>
    <message>
        <source>Grad-CAM: {grid}</source>
        <translation>Grad-CAM: {grid}</translation>
    </message>
    <message>
        <source>Greatest shown value</source>
        <translation>Größter gezeigter Wert</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>Grün</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>Grau</translation>
    </message>
    <message>
        <source>Grey or colour</source>
        <translation>Grau oder Farbe</translation>
    </message>
    <message>
        <source>Group length</source>
        <translation>Länge der Gruppe</translation>
    </message>
    <message>
        <source>Half of what is free ({free} now)</source>
        <translation>Die Hälfte des freien Speichers (jetzt {free})</translation>
    </message>
    <message>
        <source>Hashing the file</source>
        <translation>Prüfsumme der Datei wird berechnet</translation>
    </message>
    <message>
        <source>Head with two phases</source>
        <translation>Kopf in zwei Phasen</translation>
    </message>
    <message>
        <source>Head, T1 template</source>
        <translation>Kopf, T1-Vorlage</translation>
    </message>
    <message>
        <source>Header</source>
        <translation>Dateikopf</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Heatmap</translation>
    </message>
    <message>
        <source>Heatmap  ({key})</source>
        <translation>Heatmap  ({key})</translation>
    </message>
    <message>
        <source>Heatmap (hold the key: peek underneath)</source>
        <translation>Heatmap (Taste halten: darunter sehen)</translation>
    </message>
    <message>
        <source>Heatmap as parametric map</source>
        <translation>Heatmap als Parametric Map</translation>
    </message>
    <message>
        <source>Heatmap: {how}. {words}</source>
        <translation>Heatmap: {how}. {words}</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>HiResCAM: {grid}, each with weights of its own</source>
        <translation>HiResCAM: {grid}, jedes mit eigenen Gewichten</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Verbergen</translation>
    </message>
    <message>
        <source>Hide again</source>
        <translation>Wieder verbergen</translation>
    </message>
    <message>
        <source>Hide below</source>
        <translation>Ausblenden unter</translation>
    </message>
    <message>
        <source>Hide patient data everywhere</source>
        <translation>Patientendaten überall verbergen</translation>
    </message>
    <message>
        <source>Hide the heatmap below</source>
        <translation>Die Heatmap ausblenden unter</translation>
    </message>
    <message>
        <source>Hint</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Histogram of the values</source>
        <translation>Histogramm der Werte</translation>
    </message>
    <message>
        <source>Holds: stability {stability:.2f}, and it points at more than the middle does.</source>
        <translation>Hält stand: Stabilität {stability:.2f}, und sie zeigt auf mehr als die Bildmitte.</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Pos1</translation>
    </message>
    <message>
        <source>Hot iron</source>
        <translation>Glühendes Eisen</translation>
    </message>
    <message>
        <source>How does a slice come to its size?</source>
        <translation>Wie kommt eine Schicht zu ihrer Größe?</translation>
    </message>
    <message>
        <source>How far readers agree; the truth as a file, in and out; the table of a reader study</source>
        <translation>Wie weit Befunder übereinstimmen; die Wahrheit als Datei, hinein und heraus; die Tabelle einer Befunderstudie</translation>
    </message>
    <message>
        <source>How good is it here</source>
        <translation>Wie gut ist es hier</translation>
    </message>
    <message>
        <source>How scores are spread</source>
        <translation>Verteilung der Werte</translation>
    </message>
    <message>
        <source>How sure that there is</source>
        <translation>Wie sicher vorliegt</translation>
    </message>
    <message>
        <source>If it is meant to take longer, allow it: --time-limit and the seconds.</source>
        <translation>Wenn es länger dauern soll, erlauben Sie es: --time-limit und die Sekunden.</translation>
    </message>
    <message>
        <source>If this is a head, its face can be drawn from the voxels; it was not removed.</source>
        <translation>Wenn dies ein Kopf ist, lässt sich sein Gesicht aus den Voxeln zeichnen; es wurde nicht entfernt.</translation>
    </message>
    <message>
        <source>Image Position (Patient){phases}</source>
        <translation>Image Position (Patient){phases}</translation>
    </message>
    <message>
        <source>ImageNet&apos;s mean and spread</source>
        <translation>Mittelwert und Streuung von ImageNet</translation>
    </message>
    <message>
        <source>Import measurements</source>
        <translation>Messungen importieren</translation>
    </message>
    <message>
        <source>Import measurements…</source>
        <translation>Messungen importieren…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren…</translation>
    </message>
    <message>
        <source>In contract: all that the file states fits.</source>
        <translation>Im Vertrag: Alles, was die Datei angibt, passt.</translation>
    </message>
    <message>
        <source>In it: the slice on screen, 170 mm wide, with a scale bar, the greys of its window and the letters of the sides{also}. No name and no date. Beside it a recipe (JSON) that makes the same figure again.</source>
        <translation>Darin: die Schicht auf dem Bildschirm, 170 mm breit, mit Maßstab, den Grauwerten ihrer Fensterung und den Buchstaben der Seiten{also}. Kein Name und kein Datum. Daneben ein Rezept (JSON), das dieselbe Abbildung wieder ergibt.</translation>
    </message>
    <message>
        <source>In it: {whole}, as it is shown, {texts}{also}.{left_out}</source>
        <translation>Darin: {whole}, wie gezeigt, {texts}{also}.{left_out}</translation>
    </message>
    <message>
        <source>In which order are the numbers of its input?</source>
        <translation>In welcher Reihenfolge stehen die Zahlen seines Eingangs?</translation>
    </message>
    <message>
        <source>Inferno</source>
        <translation>Inferno</translation>
    </message>
    <message>
        <source>Initials or a name</source>
        <translation>Initialen oder ein Name</translation>
    </message>
    <message>
        <source>Install Slicelens again; nothing of yours is lost.</source>
        <translation>Installieren Sie Slicelens neu; von Ihnen geht nichts verloren.</translation>
    </message>
    <message>
        <source>Intercept</source>
        <translation>Achsenabschnitt</translation>
    </message>
    <message>
        <source>Interoperability</source>
        <translation>Interoperabilität</translation>
    </message>
    <message>
        <source>Intervals are of {draws} draws, as there are so many cases.</source>
        <translation>Die Intervalle beruhen auf {draws} Ziehungen, da es so viele Fälle sind.</translation>
    </message>
    <message>
        <source>Intervals by</source>
        <translation>Intervalle nach</translation>
    </message>
    <message>
        <source>Intervals of 95 %, by drawing cases with replacement (seed {seed}).</source>
        <translation>95-%-Intervalle durch Ziehen von Fällen mit Zurücklegen (Seed {seed}).</translation>
    </message>
    <message>
        <source>Intervals of 95 %, by drawing persons with replacement (seed {seed}).</source>
        <translation>95-%-Intervalle durch Ziehen von Personen mit Zurücklegen (Seed {seed}).</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>Invertieren</translation>
    </message>
    <message>
        <source>Inverted</source>
        <translation>Invertiert</translation>
    </message>
    <message>
        <source>It could not be checked.</source>
        <translation>Es ließ sich nicht prüfen.</translation>
    </message>
    <message>
        <source>It is drawn in another plane: {value}.</source>
        <translation>Sie ist in einer anderen Ebene gezeichnet: {value}.</translation>
    </message>
    <message>
        <source>It is kept with the measurement and exported with it: name no patient.</source>
        <translation>Er wird mit der Messung gespeichert und exportiert: Nennen Sie keinen Patienten.</translation>
    </message>
    <message>
        <source>It is {reason}.</source>
        <translation>Sie ist {reason}.</translation>
    </message>
    <message>
        <source>It stands in the patient&apos;s study, and names the patient.</source>
        <translation>Er steht in der Studie des Patienten und nennt den Patienten.</translation>
    </message>
    <message>
        <source>It unpacks to {wanted} MiB, and Slicelens asks before it unpacks more than {unpacked_bytes:.0f}. Say yes when Slicelens asks, or start it with --unpack-limit {wanted}.</source>
        <translation>Sie wird entpackt {wanted} MiB groß, und Slicelens fragt, bevor es mehr als {unpacked_bytes:.0f} entpackt. Stimmen Sie zu, wenn Slicelens fragt, oder starten Sie es mit --unpack-limit {wanted}.</translation>
    </message>
    <message>
        <source>It was stopped before it was done.</source>
        <translation>Der Vorgang wurde angehalten, bevor er fertig war.</translation>
    </message>
    <message>
        <source>It {reason}.</source>
        <translation>Sie {reason}.</translation>
    </message>
    <message>
        <source>Item {number}</source>
        <translation>Item {number}</translation>
    </message>
    <message>
        <source>Items of the report</source>
        <translation>Inhalt des Berichts</translation>
    </message>
    <message>
        <source>Its pixels lie on a server that the file names, which is not asked ({syntax_name}).</source>
        <translation>Ihre Pixel liegen auf einem Server, den die Datei nennt und der nicht gefragt wird ({syntax_name}).</translation>
    </message>
    <message>
        <source>Its recipe is {name}.</source>
        <translation>Das Rezept dazu ist {name}.</translation>
    </message>
    <message>
        <source>Its sequences lie more than {nesting} levels deep within each other.</source>
        <translation>Ihre Sequenzen sind mehr als {nesting} Ebenen tief verschachtelt.</translation>
    </message>
    <message>
        <source>JSON with the names of the classes must be a list of texts, or an object of numbers and names.</source>
        <translation>JSON mit den Namen der Klassen muss eine Liste von Texten sein oder ein Objekt aus Nummern und Namen.</translation>
    </message>
    <message>
        <source>JSON, without patient data (*.json)</source>
        <translation>JSON, ohne Patientendaten (*.json)</translation>
    </message>
    <message>
        <source>Kappa (95 %)</source>
        <translation>Kappa (95 %)</translation>
    </message>
    <message>
        <source>Kappa is told of {least} cases in common or more; “cannot tell” is an answer like others.</source>
        <translation>Kappa wird ab {least} gemeinsamen Fällen angegeben; „nicht zu sagen“ ist eine Antwort wie andere.</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Keep what is open for the next start</source>
        <translation>Das Geöffnete für den nächsten Start merken</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Keys and gestures</source>
        <translation>Tasten und Gesten</translation>
    </message>
    <message>
        <source>Keys held with it</source>
        <translation>Dazu gehaltene Tasten</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Kind of sample</source>
        <translation>Art der Werte</translation>
    </message>
    <message>
        <source>Known limits</source>
        <translation>Bekannte Grenzen</translation>
    </message>
    <message>
        <source>LIME: {mixes}</source>
        <translation>LIME: {mixes}</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Label cases</source>
        <translation>Fälle beschriften</translation>
    </message>
    <message>
        <source>Label of the heatmap</source>
        <translation>Klasse der Heatmap</translation>
    </message>
    <message>
        <source>Label these…</source>
        <translation>Diese beschriften…</translation>
    </message>
    <message>
        <source>Label what is open…</source>
        <translation>Geöffnetes beschriften…</translation>
    </message>
    <message>
        <source>Labelled: {counts}. {settled} cases have a truth; {disputed} are disputed, {open_cases} of them not adjudicated.</source>
        <translation>Beschriftet: {counts}. {settled} Fälle haben eine Wahrheit; {disputed} sind strittig, {open_cases} davon nicht geschlichtet.</translation>
    </message>
    <message>
        <source>Labelling</source>
        <translation>Beschriften</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>Labels are kept in the program&apos;s own folder by salted hashes of the files&apos; paths, with the reader&apos;s name, the time and what was said before. Ending and going on another day loses nothing.</source>
        <translation>Klassen werden im Ordner des Programms unter gesalzenen Hashes der Dateipfade gespeichert, mit dem Namen des Befunders, der Zeit und dem vorher Gesagten. Beenden und an einem anderen Tag fortfahren verliert nichts.</translation>
    </message>
    <message>
        <source>Labels of</source>
        <translation>Klassen von</translation>
    </message>
    <message>
        <source>Label…</source>
        <translation>Beschriftung…</translation>
    </message>
    <message>
        <source>Language, from the next start on</source>
        <translation>Sprache, ab dem nächsten Start</translation>
    </message>
    <message>
        <source>Larger text and controls</source>
        <translation>Texte und Bedienelemente größer</translation>
    </message>
    <message>
        <source>Last slice</source>
        <translation>Letzte Schicht</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Ebene</translation>
    </message>
    <message>
        <source>Layer that the heatmap is computed at</source>
        <translation>Ebene des Netzes, an der die Heatmap berechnet wird</translation>
    </message>
    <message>
        <source>Layer {number} of {count}, {looks}</source>
        <translation>Ebene {number} von {count}, {looks}</translation>
    </message>
    <message>
        <source>Least shown value</source>
        <translation>Kleinster gezeigter Wert</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Nicht öffnen</translation>
    </message>
    <message>
        <source>Leave out whatever could name the patient</source>
        <translation>Alles weglassen, was den Patienten nennen könnte</translation>
    </message>
    <message>
        <source>Leave them</source>
        <translation>Nicht öffnen</translation>
    </message>
    <message>
        <source>Ledger: {summary}</source>
        <translation>Protokoll: {summary}</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>Ziehen mit links</translation>
    </message>
    <message>
        <source>Left drag on a measurement</source>
        <translation>Ziehen mit links auf einer Messung</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Letter</source>
        <translation>Letter</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Licence of the weights</source>
        <translation>Lizenz der Gewichte</translation>
    </message>
    <message>
        <source>Licence of {name}</source>
        <translation>Lizenz von {name}</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Like its training cases ({score:.1f} of the limit)</source>
        <translation>Den Trainingsfällen ähnlich ({score:.1f} der Grenze)</translation>
    </message>
    <message>
        <source>Line {line_num} is not as a line of CSV has to be.</source>
        <translation>Zeile {line_num} ist nicht, wie eine Zeile in CSV sein muss.</translation>
    </message>
    <message>
        <source>Line {line} has a probability that is no number from 0 to 1.</source>
        <translation>Zeile {line} hat eine Wahrscheinlichkeit, die keine Zahl von 0 bis 1 ist.</translation>
    </message>
    <message>
        <source>Line {line} has other probabilities than the rows of its model before it.</source>
        <translation>Zeile {line} hat andere Wahrscheinlichkeiten als die Zeilen ihres Modells davor.</translation>
    </message>
    <message>
        <source>Line {line} of the truth has several labels; the model gives one.</source>
        <translation>Zeile {line} der Wahrheit hat mehrere Klassen; das Modell gibt eine.</translation>
    </message>
    <message>
        <source>Line {line} of the truth has the label `{lacking}`; those of the model: {labels}.</source>
        <translation>Zeile {line} der Wahrheit hat die Klasse `{lacking}`; die des Modells: {labels}.</translation>
    </message>
    <message>
        <source>Line {line} of the truth names no case: its `{column}` is empty.</source>
        <translation>Zeile {line} der Wahrheit nennt keinen Fall: `{column}` ist leer.</translation>
    </message>
    <message>
        <source>Lines where other panes cut this one</source>
        <translation>Linien, an denen andere Bildfelder dieses schneiden</translation>
    </message>
    <message>
        <source>Lines {first} to {last} all give the label `{label}`; figures need cases of two labels at least.</source>
        <translation>Die Zeilen {first} bis {last} nennen alle die Klasse `{label}`; Kennzahlen brauchen Fälle aus mindestens zwei Klassen.</translation>
    </message>
    <message>
        <source>Lines {line} and {line_2} of the truth give one case two labels: `{names}` and `{names_2}`.</source>
        <translation>Die Zeilen {line} und {line_2} der Wahrheit geben einem Fall zwei Klassen: `{names}` und `{names_2}`.</translation>
    </message>
    <message numerus="yes">
        <source>Linked: {sign}%n slice(s)</source>
        <translation>
            <numerusform>Verknüpft: {sign}%n Schicht</numerusform>
            <numerusform>Verknüpft: {sign}%n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>List of measurements</source>
        <translation>Liste der Messungen</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Live: the finding follows the wheel</source>
        <translation>Live: der Befund folgt dem Mausrad</translation>
    </message>
    <message>
        <source>Liver  150 / 90</source>
        <translation>Leber  150 / 90</translation>
    </message>
    <message>
        <source>Loading SimpleITK</source>
        <translation>SimpleITK wird geladen</translation>
    </message>
    <message>
        <source>Loading torch</source>
        <translation>torch wird geladen</translation>
    </message>
    <message>
        <source>Local operating point, kept beside the bundle</source>
        <translation>Örtlicher Arbeitspunkt, neben dem Modellpaket aufbewahrt</translation>
    </message>
    <message>
        <source>Local temperature {temperature:.3g} from {cases} cases, {date}.</source>
        <translation>Örtliche Temperatur {temperature:.3g} aus {cases} Fällen, {date}.</translation>
    </message>
    <message>
        <source>Local threshold {threshold:.4g} and temperature {temperature:.3g} from {cases} cases, {date}.</source>
        <translation>Örtliche Schwelle {threshold:.4g} und Temperatur {temperature:.3g} aus {cases} Fällen, {date}.</translation>
    </message>
    <message>
        <source>Local threshold {threshold:.4g} from {cases} cases, {date}.</source>
        <translation>Örtliche Schwelle {threshold:.4g} aus {cases} Fällen, {date}.</translation>
    </message>
    <message>
        <source>Look at it in the plane it was acquired in; other planes need positions in the files.</source>
        <translation>Sehen Sie sie in der Ebene an, in der sie aufgenommen wurde; andere Ebenen brauchen Positionen in den Dateien.</translation>
    </message>
    <message>
        <source>Looking at the files</source>
        <translation>Dateien werden durchgesehen</translation>
    </message>
    <message>
        <source>Looking at the files once more</source>
        <translation>Dateien werden noch einmal durchgesehen</translation>
    </message>
    <message>
        <source>Looking for a model</source>
        <translation>Ein Modell wird gesucht</translation>
    </message>
    <message>
        <source>Looking into the model</source>
        <translation>Das Modell wird untersucht</translation>
    </message>
    <message>
        <source>Looks like {subject}: use “{name}”?</source>
        <translation>Sieht aus wie {subject}: „{name}“ verwenden?</translation>
    </message>
    <message>
        <source>Loss over epochs: training, and validation dashed</source>
        <translation>Verlust über die Epochen: Training, gestrichelt Validierung</translation>
    </message>
    <message>
        <source>Lossy compression{ratio}</source>
        <translation>Verlustbehaftete Komprimierung{ratio}</translation>
    </message>
    <message>
        <source>Lung  1500 / −600</source>
        <translation>Lunge  1500 / −600</translation>
    </message>
    <message>
        <source>MIP: left drag</source>
        <translation>MIP: Ziehen mit links</translation>
    </message>
    <message>
        <source>MNI152, the average of 152 adults: a whole NIfTI volume at 1 mm to scroll.</source>
        <translation>MNI152, der Mittelwert von 152 Erwachsenen: ein ganzes NIfTI-Volumen mit 1 mm zum Blättern.</translation>
    </message>
    <message>
        <source>MPR: axial, sagittal, coronal; and back</source>
        <translation>MPR: axial, sagittal, koronar; und zurück</translation>
    </message>
    <message>
        <source>MPR: click, or drag a line</source>
        <translation>MPR: Klicken, oder eine Linie ziehen</translation>
    </message>
    <message>
        <source>MPR: drag a line at its end</source>
        <translation>MPR: eine Linie an ihrem Ende ziehen</translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation>Makro-F1</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>Gemacht von</translation>
    </message>
    <message>
        <source>Magenta</source>
        <translation>Magenta</translation>
    </message>
    <message>
        <source>Magnifier under the cursor (hold the key: as long as it is down)</source>
        <translation>Lupe unter dem Mauszeiger (Taste halten: solange sie gedrückt ist)</translation>
    </message>
    <message>
        <source>Magnifier: 2, 3, 4 times (again: the next)</source>
        <translation>Lupe: 2-, 3-, 4-fach (nochmals: die nächste)</translation>
    </message>
    <message>
        <source>Make a bundle of an ONNX file…</source>
        <translation>Modellpaket aus einer ONNX-Datei machen…</translation>
    </message>
    <message>
        <source>Mark of the format</source>
        <translation>Kennung des Formats</translation>
    </message>
    <message>
        <source>Marks like letters were found on this slice. </source>
        <translation>Auf dieser Schicht wurden buchstabenähnliche Zeichen gefunden. </translation>
    </message>
    <message>
        <source>Maximum of the whole volume, turned {turned:.0f}°{tilt}</source>
        <translation>Maximum des ganzen Volumens, gedreht um {turned:.0f}°{tilt}</translation>
    </message>
    <message>
        <source>Maximum projection that turns (MIP), beside the series; and back</source>
        <translation>Drehbare Maximumprojektion (MIP) neben der Serie; und zurück</translation>
    </message>
    <message>
        <source>Mean F1 of the labels</source>
        <translation>Mittleres F1 der Klassen</translation>
    </message>
    <message numerus="yes">
        <source>Mean and std need %n value(s) each.</source>
        <translation>
            <numerusform>Mittelwert und Streuung brauchen je %n Wert.</numerusform>
            <numerusform>Mittelwert und Streuung brauchen je %n Werte.</numerusform>
        </translation>
    </message>
    <message>
        <source>Mean of the scale</source>
        <translation>Mittelwert der Skala</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>Messungen</translation>
    </message>
    <message>
        <source>Measurements (*.json *.csv *.dcm);;All files (*)</source>
        <translation>Messungen (*.json *.csv *.dcm);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Measurements imported: {coming}{lost}{unplaced}</source>
        <translation>Messungen importiert: {coming}{lost}{unplaced}</translation>
    </message>
    <message>
        <source>Measurements of this series</source>
        <translation>Messungen dieser Serie</translation>
    </message>
    <message>
        <source>Measurements written: {written}{others}</source>
        <translation>Messungen geschrieben: {written}{others}</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>Mediastinum  400 / 80</source>
        <translation>Mediastinum  400 / 80</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Method of the heatmap</source>
        <translation>Verfahren der Heatmap</translation>
    </message>
    <message>
        <source>Middle drag</source>
        <translation>Mitte ziehen</translation>
    </message>
    <message>
        <source>Modality</source>
        <translation>Modalität</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model to continue</source>
        <translation>Modell, das weitertrainiert wird</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models (*.slb *.onnx bundle.json);;All files (*)</source>
        <translation>Modelle (*.slb *.onnx bundle.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Models and licences</source>
        <translation>Modelle und Lizenzen</translation>
    </message>
    <message>
        <source>Models with other labels, or without a case in common, are not compared with the first.</source>
        <translation>Modelle mit anderen Klassen oder ohne gemeinsamen Fall werden nicht mit dem ersten verglichen.</translation>
    </message>
    <message>
        <source>Most memory for one series, in MiB</source>
        <translation>Höchster Speicher für eine Serie, in MiB</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>Maus</translation>
    </message>
    <message>
        <source>Move it by a pixel (Ctrl: ten)</source>
        <translation>Um ein Pixel verschieben (Strg: zehn)</translation>
    </message>
    <message>
        <source>Move it, or the point it is taken by</source>
        <translation>Sie verschieben, oder den angefassten Punkt</translation>
    </message>
    <message>
        <source>Move the crosshair</source>
        <translation>Das Fadenkreuz bewegen</translation>
    </message>
    <message>
        <source>NIfTI (.nii.gz)</source>
        <translation>NIfTI (.nii.gz)</translation>
    </message>
    <message>
        <source>NIfTI has no unit for values</source>
        <translation>NIfTI kennt keine Einheit für Werte</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name of the intent</source>
        <translation>Name des Zwecks</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>Name des Modells</translation>
    </message>
    <message>
        <source>Name of the patient, instead of the file&apos;s</source>
        <translation>Name des Patienten, anstelle dessen der Datei</translation>
    </message>
    <message>
        <source>Name the table to write.</source>
        <translation>Nennen Sie die zu schreibende Tabelle.</translation>
    </message>
    <message>
        <source>Name two labels at least, with a comma between them.</source>
        <translation>Nennen Sie mindestens zwei Klassen, mit einem Komma dazwischen.</translation>
    </message>
    <message>
        <source>Name, keyword, number such as 0010,0010, or value</source>
        <translation>Name, Schlüsselwort, Nummer wie 0010,0010 oder Wert</translation>
    </message>
    <message>
        <source>Names of the classes</source>
        <translation>Namen der Klassen</translation>
    </message>
    <message>
        <source>Negative predictive value</source>
        <translation>Negativer Vorhersagewert</translation>
    </message>
    <message>
        <source>Negative predictive value, in these cases</source>
        <translation>Negativer Vorhersagewert, in diesen Fällen</translation>
    </message>
    <message>
        <source>Neurological: patient&apos;s left on the left</source>
        <translation>Neurologisch: links des Patienten ist links</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>Neue Taste</translation>
    </message>
    <message>
        <source>New window</source>
        <translation>Neues Fenster</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>Nächstes Bildfeld</translation>
    </message>
    <message>
        <source>Next peak of the curve</source>
        <translation>Nächster Gipfel der Kurve</translation>
    </message>
    <message>
        <source>Next phase</source>
        <translation>Nächste Phase</translation>
    </message>
    <message>
        <source>Next series</source>
        <translation>Nächste Serie</translation>
    </message>
    <message>
        <source>Next slice</source>
        <translation>Nächste Schicht</translation>
    </message>
    <message>
        <source>No Dask scheduler answered at this address.</source>
        <translation>Unter dieser Adresse antwortet kein Dask-Scheduler.</translation>
    </message>
    <message>
        <source>No case has been labelled yet, so there is no truth to write.</source>
        <translation>Es wurde noch kein Fall beschriftet, daher gibt es keine Wahrheit zu schreiben.</translation>
    </message>
    <message>
        <source>No case has the label {labels}.</source>
        <translation>Kein Fall hat die Klasse {labels}.</translation>
    </message>
    <message>
        <source>No case of this study has both a rating and a truth yet; label its cases, or import the truth.</source>
        <translation>Kein Fall dieser Studie hat schon Bewertung und Wahrheit; beschriften Sie ihre Fälle, oder importieren Sie die Wahrheit.</translation>
    </message>
    <message>
        <source>No case of this table has a label that stands; label some of them first.</source>
        <translation>Kein Fall dieser Tabelle hat eine geltende Klasse; beschriften Sie zuerst einige.</translation>
    </message>
    <message>
        <source>No description</source>
        <translation>Ohne Beschreibung</translation>
    </message>
    <message>
        <source>No finding</source>
        <translation>Kein Befund</translation>
    </message>
    <message>
        <source>No folder is chosen yet</source>
        <translation>Noch kein Ordner gewählt</translation>
    </message>
    <message>
        <source>No gesture</source>
        <translation>Keine Geste</translation>
    </message>
    <message>
        <source>No installed model was made for this series, or knows its like. Choose one, or open a bundle.</source>
        <translation>Kein installiertes Modell ist für diese Serie gemacht oder kennt ihresgleichen. Wählen Sie eines, oder öffnen Sie ein Modellpaket.</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>No label is known to be the normal one, so there is no sensitivity of any finding.</source>
        <translation>Von keiner Klasse ist bekannt, dass sie die normale ist; darum gibt es keine Sensitivität für irgendeinen Befund.</translation>
    </message>
    <message>
        <source>No label reaches its threshold, so the model does not decide.</source>
        <translation>Keine Klasse erreicht ihre Schwelle, also entscheidet das Modell nicht.</translation>
    </message>
    <message>
        <source>No label reaches its threshold.</source>
        <translation>Keine Klasse erreicht ihre Schwelle.</translation>
    </message>
    <message>
        <source>No line of the truth names a row of the table; the first, line {line}, does not.</source>
        <translation>Keine Zeile der Wahrheit nennt eine Zeile der Tabelle; schon die erste, Zeile {line}, nicht.</translation>
    </message>
    <message>
        <source>No map: the model gave no answer.</source>
        <translation>Keine Karte: Das Modell gab keine Antwort.</translation>
    </message>
    <message>
        <source>No map: “{shown}” does not reach its threshold of {limit}.</source>
        <translation>Keine Karte: „{shown}“ erreicht seine Schwelle von {limit} nicht.</translation>
    </message>
    <message>
        <source>No map: “{shown}” does not reach its threshold.</source>
        <translation>Keine Karte: „{shown}“ erreicht seine Schwelle nicht.</translation>
    </message>
    <message>
        <source>No map: “{shown}” is the normal answer.</source>
        <translation>Keine Karte: „{shown}“ ist die Normalantwort.</translation>
    </message>
    <message>
        <source>No marks like letters were found on this slice.</source>
        <translation>Auf dieser Schicht wurden keine buchstabenähnlichen Zeichen gefunden.</translation>
    </message>
    <message>
        <source>No model answered.</source>
        <translation>Kein Modell hat geantwortet.</translation>
    </message>
    <message>
        <source>No model is chosen.</source>
        <translation>Es ist kein Modell gewählt.</translation>
    </message>
    <message>
        <source>No model is installed</source>
        <translation>Es ist kein Modell installiert</translation>
    </message>
    <message>
        <source>No model is installed.</source>
        <translation>Es ist kein Modell installiert.</translation>
    </message>
    <message>
        <source>No model of this table has these labels.</source>
        <translation>Kein Modell dieser Tabelle hat diese Klassen.</translation>
    </message>
    <message>
        <source>No operating point was chosen for `{model}` on this machine; `slicelens validate … --choose-point youden` chooses one.</source>
        <translation>Auf diesem Rechner wurde für `{model}` kein Arbeitspunkt gewählt; `slicelens validate … --choose-point youden` wählt einen.</translation>
    </message>
    <message>
        <source>No output of the graph is one row of scores, so it is no classifier.</source>
        <translation>Kein Ausgang des Graphen ist eine Zeile von Werten; er ist also kein Klassifikator.</translation>
    </message>
    <message>
        <source>No picture: the measurements with their values{words}, the window and how the slices stand, for {whole} in the study that another viewer has. It {named}.</source>
        <translation>Kein Bild: die Messungen mit ihren Werten{words}, die Fensterung und die Lage der Schichten, für {whole} in der Studie, die ein anderer Betrachter hat. Er {named}.</translation>
    </message>
    <message>
        <source>No score</source>
        <translation>Kein Wert</translation>
    </message>
    <message>
        <source>No second model</source>
        <translation>Kein zweites Modell</translation>
    </message>
    <message>
        <source>No slice, or no model.</source>
        <translation>Keine Schicht oder kein Modell.</translation>
    </message>
    <message>
        <source>Nobody has labelled a case of this table yet.</source>
        <translation>Noch hat niemand einen Fall dieser Tabelle beschriftet.</translation>
    </message>
    <message>
        <source>None of the labelled files could be copied.</source>
        <translation>Keine der Dateien mit Wahrheit ließ sich kopieren.</translation>
    </message>
    <message>
        <source>None of the labels</source>
        <translation>Keine der Klassen</translation>
    </message>
    <message>
        <source>None of the shapes on this series can stand in a DICOM report: it names slices as they were acquired.</source>
        <translation>Keine der Formen auf dieser Serie kann in einem DICOM-Bericht stehen: Er nennt Schichten, wie sie aufgenommen wurden.</translation>
    </message>
    <message>
        <source>None of the {skipped} files could be opened. The list says why for each.</source>
        <translation>Keine der {skipped} Dateien ließ sich öffnen. Die Liste sagt für jede, warum.</translation>
    </message>
    <message>
        <source>Not checked while live.</source>
        <translation>Im Live-Betrieb nicht geprüft.</translation>
    </message>
    <message>
        <source>Not checked.</source>
        <translation>Nicht geprüft.</translation>
    </message>
    <message numerus="yes">
        <source>Not drawn, of slices that are not open: %n measurement(s).</source>
        <translation>
            <numerusform>Nicht gezeichnet, da auf Schichten, die nicht offen sind: %n Messung.</numerusform>
            <numerusform>Nicht gezeichnet, da auf Schichten, die nicht offen sind: %n Messungen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Not installed: {packages}. Heatmaps of the model&apos;s own layer work without.</source>
        <translation>Nicht installiert: {packages}. Karten der eigenen Schicht des Modells gehen auch ohne.</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>Nicht bekannt</translation>
    </message>
    <message>
        <source>Not made for this slice</source>
        <translation>Nicht für diese Schicht gemacht</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Not ruled out: {said} ({promise}).</source>
        <translation>Nicht ausgeschlossen: {said} ({promise}).</translation>
    </message>
    <message>
        <source>Not scored: {message}</source>
        <translation>Nicht bewertet: {message}</translation>
    </message>
    <message>
        <source>Not scored: {points}</source>
        <translation>Nicht bewertet: {points}</translation>
    </message>
    <message>
        <source>Not scored: {said}</source>
        <translation>Nicht bewertet: {said}</translation>
    </message>
    <message>
        <source>Not verified: {points}</source>
        <translation>Nicht verifiziert: {points}</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Anmerkung</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Nothing is drawn on this series. The Tools menu has what to draw with: L for a length, O for an area.</source>
        <translation>Auf dieser Serie ist nichts gezeichnet. Das Menü Werkzeuge enthält die Zeichenwerkzeuge: L für eine Länge, O für eine Fläche.</translation>
    </message>
    <message>
        <source>Nothing is kept to be brought back. File › Keep what is open for the next start (also in Settings) begins to keep it.</source>
        <translation>Nichts ist zum Wiederherstellen gemerkt. Datei › Das Geöffnete für den nächsten Start merken (auch in den Einstellungen) beginnt damit.</translation>
    </message>
    <message>
        <source>Nothing is open yet. What you open or drop appears here.</source>
        <translation>Noch ist nichts geöffnet. Was Sie öffnen oder ablegen, erscheint hier.</translation>
    </message>
    <message>
        <source>Nothing scored yet. Analyse asks the model about the slice on screen.</source>
        <translation>Noch nichts bewertet. „Analysieren“ befragt das Modell zur Schicht auf dem Bildschirm.</translation>
    </message>
    <message>
        <source>Nothing to compare: {first} and {second} are not scored.</source>
        <translation>Nichts zu vergleichen: {first} und {second} sind nicht bewertet.</translation>
    </message>
    <message>
        <source>Nothing to compare: {silent} is not scored.</source>
        <translation>Nichts zu vergleichen: {silent} ist nicht bewertet.</translation>
    </message>
    <message>
        <source>Nothing was opened yet.</source>
        <translation>Noch wurde nichts geöffnet.</translation>
    </message>
    <message>
        <source>Nothing, if this is not a picture. Otherwise export it as DICOM, NIfTI, PNG or TIFF.</source>
        <translation>Nichts, wenn es kein Bild ist. Sonst exportieren Sie es als DICOM, NIfTI, PNG oder TIFF.</translation>
    </message>
    <message>
        <source>Nothing: open it in the program that made it.</source>
        <translation>Nichts: Öffnen Sie es in dem Programm, das es erzeugt hat.</translation>
    </message>
    <message>
        <source>Nothing: there is no picture in it.</source>
        <translation>Nichts: Es ist kein Bild darin.</translation>
    </message>
    <message>
        <source>Nothing: this model comes without a heatmap.</source>
        <translation>Nichts: Dieses Modell hat keine Heatmap.</translation>
    </message>
    <message>
        <source>Nothing: what it holds is open already.</source>
        <translation>Nichts: Der Inhalt ist bereits geöffnet.</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Nummer</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX-Modelle (*.onnx)</translation>
    </message>
    <message>
        <source>OUT is one picture, and every slice was asked for: name a folder.</source>
        <translation>OUT ist ein einziges Bild, verlangt wurde aber jede Schicht: Nennen Sie einen Ordner.</translation>
    </message>
    <message>
        <source>Oblique</source>
        <translation>Schräg</translation>
    </message>
    <message>
        <source>Occlusion</source>
        <translation>Verdeckung</translation>
    </message>
    <message>
        <source>Occlusion: {grid}, each patch covered by the mean of the picture</source>
        <translation>Verdeckung: {grid}, jedes Feld verdeckt mit dem Mittelwert des Bildes</translation>
    </message>
    <message>
        <source>Of a region: drag a rectangle</source>
        <translation>Eines Bereichs: ein Rechteck aufziehen</translation>
    </message>
    <message>
        <source>Of copies that were changed: {shares}</source>
        <translation>Von veränderten Kopien: {shares}</translation>
    </message>
    <message>
        <source>Of its own test cases: {shares}</source>
        <translation>Von den eigenen Testfällen: {shares}</translation>
    </message>
    <message>
        <source>Of {seen} files {opened} were copied into the folder {name}, and verified.</source>
        <translation>Von {seen} Dateien wurden {opened} in den Ordner {name} kopiert und geprüft.</translation>
    </message>
    <message>
        <source>Offset of the voxels</source>
        <translation>Anfang der Voxel</translation>
    </message>
    <message>
        <source>On, paths, layout, slices and windows are kept in a file on this computer, so that they can be brought back after a crash or with File › Restore the last session. Names of files and folders may name patients. Off, the file goes.</source>
        <translation>Ist dies an, werden Pfade, Aufteilung, Schichten und Fensterungen in einer Datei auf diesem Rechner gemerkt, damit sie nach einem Absturz oder mit Datei › Letzte Sitzung wiederherstellen zurückkommen. Namen von Dateien und Ordnern können Patienten nennen. Ist es aus, wird die Datei gelöscht.</translation>
    </message>
    <message>
        <source>One</source>
        <translation>Eins</translation>
    </message>
    <message>
        <source>One fine slice, 1024 × 1024, with a known place in the patient.</source>
        <translation>Eine feine Schicht, 1024 × 1024, mit bekannter Lage im Patienten.</translation>
    </message>
    <message>
        <source>One large pane and two small ones (1+2)</source>
        <translation>Ein großes Bildfeld und zwei kleine (1+2)</translation>
    </message>
    <message>
        <source>One pane (1 × 1)</source>
        <translation>Ein Bildfeld (1 × 1)</translation>
    </message>
    <message>
        <source>One pane, all panes</source>
        <translation>Ein Bildfeld, alle Bildfelder</translation>
    </message>
    <message>
        <source>Only a model with several outputs has heads.</source>
        <translation>Nur ein Modell mit mehreren Ausgaben hat Köpfe.</translation>
    </message>
    <message>
        <source>Only rows that reach the line</source>
        <translation>Nur Zeilen, die die Linie erreichen</translation>
    </message>
    <message>
        <source>Only the first picture of the file was copied; an animation or a second view was removed.</source>
        <translation>Nur das erste Bild der Datei wurde kopiert; eine Animation oder zweite Ansicht wurde entfernt.</translation>
    </message>
    <message>
        <source>Only {words}  ✕</source>
        <translation>Nur {words}  ✕</translation>
    </message>
    <message>
        <source>Only {words}. Show all rows again</source>
        <translation>Nur {words}. Wieder alle Zeilen zeigen</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>Opacity of the heatmap</source>
        <translation>Deckkraft der Heatmap</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open a folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Modell öffnen</translation>
    </message>
    <message>
        <source>Open a model bundle</source>
        <translation>Modellpaket öffnen</translation>
    </message>
    <message>
        <source>Open a model bundle: a folder, a .slb file or an ONNX file</source>
        <translation>Ein Modellpaket öffnen: einen Ordner, eine .slb-Datei oder eine ONNX-Datei</translation>
    </message>
    <message>
        <source>Open a model without a contract</source>
        <translation>Modell ohne Vertrag öffnen</translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation>Modell öffnen…</translation>
    </message>
    <message>
        <source>Open a scan, scroll, ask a local model about a slice, see where it looked.</source>
        <translation>Eine Aufnahme öffnen, blättern, ein lokales Modell zu einer Schicht befragen, sehen, wohin es gesehen hat.</translation>
    </message>
    <message>
        <source>Open a series first.</source>
        <translation>Öffnen Sie zuerst eine Serie.</translation>
    </message>
    <message>
        <source>Open a series first; the model scores the slice on screen.</source>
        <translation>Öffnen Sie zuerst eine Serie; das Modell bewertet die Schicht auf dem Bildschirm.</translation>
    </message>
    <message>
        <source>Open a table of results</source>
        <translation>Ergebnistabelle öffnen</translation>
    </message>
    <message>
        <source>Open a table of results…</source>
        <translation>Ergebnistabelle öffnen…</translation>
    </message>
    <message>
        <source>Open a truth file</source>
        <translation>Datei mit der Wahrheit öffnen</translation>
    </message>
    <message>
        <source>Open again</source>
        <translation>Wieder öffnen</translation>
    </message>
    <message>
        <source>Open files</source>
        <translation>Dateien öffnen</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>Datei öffnen…</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>Ordner öffnen…</translation>
    </message>
    <message>
        <source>Open it again when you want it.</source>
        <translation>Öffnen Sie es wieder, wenn Sie es brauchen.</translation>
    </message>
    <message>
        <source>Opened before, {number}</source>
        <translation>Zuvor geöffnet, {number}</translation>
    </message>
    <message>
        <source>Opened: {titles}</source>
        <translation>Geöffnet: {titles}</translation>
    </message>
    <message>
        <source>Opens beside what is open; with Shift: in its place</source>
        <translation>Öffnet zusätzlich zum Geöffneten; mit Umschalt: an dessen Stelle</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen…</translation>
    </message>
    <message>
        <source>Or look at a sample</source>
        <translation>Oder sehen Sie sich ein Beispiel an</translation>
    </message>
    <message>
        <source>Orange</source>
        <translation>Orange</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Reihenfolge</translation>
    </message>
    <message>
        <source>Order of slices</source>
        <translation>Reihenfolge der Schichten</translation>
    </message>
    <message>
        <source>Orientation</source>
        <translation>Ausrichtung</translation>
    </message>
    <message>
        <source>Orientation unknown, shown as stored</source>
        <translation>Ausrichtung unbekannt, gezeigt wie gespeichert</translation>
    </message>
    <message>
        <source>Other file</source>
        <translation>Andere Datei</translation>
    </message>
    <message>
        <source>Other layers… (starts torch)</source>
        <translation>Andere Ebenen… (startet torch)</translation>
    </message>
    <message>
        <source>Out of contract: {said}. Do not rely on the number.</source>
        <translation>Außerhalb des Vertrags: {said}. Verlassen Sie sich nicht auf die Zahl.</translation>
    </message>
    <message>
        <source>Outline of the heatmap (GSPS)</source>
        <translation>Umriss der Heatmap (GSPS)</translation>
    </message>
    <message>
        <source>Over the slice</source>
        <translation>Über der Schicht</translation>
    </message>
    <message>
        <source>Overlays, which the file draws over its pixels, were removed.</source>
        <translation>Overlays, die die Datei über ihre Bildpunkte zeichnet, wurden entfernt.</translation>
    </message>
    <message>
        <source>PET</source>
        <translation>PET</translation>
    </message>
    <message>
        <source>PNG (*.png);;TIFF (*.tif)</source>
        <translation>PNG (*.png);;TIFF (*.tif)</translation>
    </message>
    <message>
        <source>Packing</source>
        <translation>Wird gepackt</translation>
    </message>
    <message>
        <source>Padding</source>
        <translation>Padding</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Paare</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Panel of the model</source>
        <translation>Leiste mit dem Modell</translation>
    </message>
    <message>
        <source>Panel of the series</source>
        <translation>Leiste mit den Serien</translation>
    </message>
    <message>
        <source>Panes</source>
        <translation>Bildfelder</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>Papier</translation>
    </message>
    <message>
        <source>Paper of the PDF</source>
        <translation>Papier des PDF</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>Bestandteil</translation>
    </message>
    <message>
        <source>Parts and their licences</source>
        <translation>Bestandteile und ihre Lizenzen</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Passwort</translation>
    </message>
    <message>
        <source>Password of the archive</source>
        <translation>Passwort des Archivs</translation>
    </message>
    <message>
        <source>Paste it on this slice</source>
        <translation>Auf dieser Schicht einfügen</translation>
    </message>
    <message>
        <source>Patient data hidden</source>
        <translation>Patientendaten verborgen</translation>
    </message>
    <message>
        <source>Patient {person}</source>
        <translation>Patient {person}</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Paused; Space goes on.</source>
        <translation>Angehalten; die Leertaste setzt fort.</translation>
    </message>
    <message>
        <source>PgDn</source>
        <translation>Bild↓</translation>
    </message>
    <message>
        <source>PgUp</source>
        <translation>Bild↑</translation>
    </message>
    <message>
        <source>Phantom: {name}</source>
        <translation>Phantom: {name}</translation>
    </message>
    <message>
        <source>Phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>Picture {place}</source>
        <translation>Bild {place}</translation>
    </message>
    <message>
        <source>Pictures (PNG)</source>
        <translation>Bilder (PNG)</translation>
    </message>
    <message>
        <source>Pictures of a film</source>
        <translation>Bilder eines Films</translation>
    </message>
    <message>
        <source>Pixel spacing</source>
        <translation>Pixelabstand</translation>
    </message>
    <message>
        <source>Pixels of {allocated} bits are not read.</source>
        <translation>Pixel mit {allocated} Bit werden nicht gelesen.</translation>
    </message>
    <message>
        <source>Pixels with {samples} samples each are not read.</source>
        <translation>Pixel mit je {samples} Werten werden nicht gelesen.</translation>
    </message>
    <message>
        <source>Plane</source>
        <translation>Ebene</translation>
    </message>
    <message>
        <source>Planes in any direction are not exported; show the slices as acquired, or a plane of the body.</source>
        <translation>Ebenen beliebiger Richtung werden nicht exportiert; zeigen Sie die Schichten, wie sie aufgenommen wurden, oder eine Körperebene.</translation>
    </message>
    <message>
        <source>Polarity</source>
        <translation>Polarität</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>Position</translation>
    </message>
    <message>
        <source>Positive predictive value</source>
        <translation>Positiver Vorhersagewert</translation>
    </message>
    <message>
        <source>Positive predictive value, in these cases</source>
        <translation>Positiver Vorhersagewert, in diesen Fällen</translation>
    </message>
    <message>
        <source>Posterior on the left</source>
        <translation>Hinten ist links</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Präzision</translation>
    </message>
    <message>
        <source>Press {key}, or choose a label,</source>
        <translation>Drücken Sie {key}, oder wählen Sie eine Klasse</translation>
    </message>
    <message>
        <source>Preview…</source>
        <translation>Vorschau…</translation>
    </message>
    <message>
        <source>Previous peak of the curve</source>
        <translation>Voriger Gipfel der Kurve</translation>
    </message>
    <message>
        <source>Previous phase</source>
        <translation>Vorige Phase</translation>
    </message>
    <message>
        <source>Previous series</source>
        <translation>Vorige Serie</translation>
    </message>
    <message>
        <source>Previous slice</source>
        <translation>Vorige Schicht</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>Drucken</translation>
    </message>
    <message>
        <source>Print a report</source>
        <translation>Bericht drucken</translation>
    </message>
    <message>
        <source>Print all panes</source>
        <translation>Alle Bildfelder drucken</translation>
    </message>
    <message>
        <source>Print all panes…</source>
        <translation>Alle Bildfelder drucken…</translation>
    </message>
    <message>
        <source>Print the report</source>
        <translation>Den Bericht drucken</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>Drucken…</translation>
    </message>
    <message>
        <source>Private creator</source>
        <translation>Privater Hersteller</translation>
    </message>
    <message>
        <source>Private element</source>
        <translation>Privates Element</translation>
    </message>
    <message>
        <source>Private element of {creator}</source>
        <translation>Privates Element von {creator}</translation>
    </message>
    <message>
        <source>Probabilities</source>
        <translation>Wahrscheinlichkeiten</translation>
    </message>
    <message>
        <source>Probability over the series</source>
        <translation>Wahrscheinlichkeit über die Serie</translation>
    </message>
    <message>
        <source>Probability over the slices</source>
        <translation>Wahrscheinlichkeit über die Schichten</translation>
    </message>
    <message>
        <source>Probability, %</source>
        <translation>Wahrscheinlichkeit, %</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Messpunkt</translation>
    </message>
    <message>
        <source>Problem: {text}</source>
        <translation>Problem: {text}</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Progress of the batch</source>
        <translation>Fortschritt der Bewertung</translation>
    </message>
    <message>
        <source>Projection</source>
        <translation>Projektion</translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation>Zweck</translation>
    </message>
    <message>
        <source>Questions about the model</source>
        <translation>Fragen zum Modell</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>ROC curve</source>
        <translation>ROC-Kurve</translation>
    </message>
    <message>
        <source>Radiological side (patient&apos;s right on the left)</source>
        <translation>Radiologische Seite (rechts des Patienten ist links)</translation>
    </message>
    <message>
        <source>Radiological: patient&apos;s right on the left</source>
        <translation>Radiologisch: rechts des Patienten ist links</translation>
    </message>
    <message>
        <source>Ramp, discs and texture are phantoms made by code.{more}</source>
        <translation>Rampe, Scheiben und Textur sind vom Programm erzeugte Phantome.{more}</translation>
    </message>
    <message>
        <source>Reached: {shown}.</source>
        <translation>Erreicht: {shown}.</translation>
    </message>
    <message>
        <source>Reaches the local threshold.</source>
        <translation>Erreicht die örtliche Schwelle.</translation>
    </message>
    <message>
        <source>Reaches the threshold.</source>
        <translation>Erreicht die Schwelle.</translation>
    </message>
    <message>
        <source>Read as bacterial pneumonia (Kermany 2018, CC BY 4.0). Try Analyse.</source>
        <translation>Als bakterielle Pneumonie befundet (Kermany 2018, CC BY 4.0). Versuchen Sie „Analysieren“.</translation>
    </message>
    <message>
        <source>Read as normal (Kermany 2018, CC BY 4.0): see what the model says of it.</source>
        <translation>Als normal befundet (Kermany 2018, CC BY 4.0): Sehen Sie, was das Modell dazu sagt.</translation>
    </message>
    <message>
        <source>Reader</source>
        <translation>Befunder</translation>
    </message>
    <message>
        <source>Reader study</source>
        <translation>Befunderstudie</translation>
    </message>
    <message>
        <source>Reader study: each case without, then with the model</source>
        <translation>Befunderstudie: jeder Fall zuerst ohne, dann mit dem Modell</translation>
    </message>
    <message>
        <source>Reader whose labels a truth file holds</source>
        <translation>Befunder, dessen Klassen eine Wahrheitsdatei enthält</translation>
    </message>
    <message>
        <source>Readers and truth</source>
        <translation>Befunder und Wahrheit</translation>
    </message>
    <message>
        <source>Readers and truth…</source>
        <translation>Befunder und Wahrheit…</translation>
    </message>
    <message>
        <source>Readers disagree on none of these cases, so there is nothing to adjudicate.</source>
        <translation>Über keinen dieser Fälle sind Befunder uneins; es gibt nichts zu schlichten.</translation>
    </message>
    <message>
        <source>Readers of the study {name} rate the label {label}; choose that, or another name.</source>
        <translation>Die Befunder der Studie {name} bewerten die Klasse {label}; wählen Sie diese, oder einen anderen Namen.</translation>
    </message>
    <message>
        <source>Readers said</source>
        <translation>Befunder sagten</translation>
    </message>
    <message>
        <source>Reading headers</source>
        <translation>Dateiköpfe werden gelesen</translation>
    </message>
    <message>
        <source>Reading it took longer than {seconds:.0f} seconds and was stopped; the file is probably damaged.</source>
        <translation>Das Lesen dauerte länger als {seconds:.0f} Sekunden und wurde abgebrochen; die Datei ist wahrscheinlich beschädigt.</translation>
    </message>
    <message>
        <source>Reading reports</source>
        <translation>Berichte werden gelesen</translation>
    </message>
    <message>
        <source>Reading slice {index}…</source>
        <translation>Schicht {index} wird gelesen…</translation>
    </message>
    <message>
        <source>Reading slices</source>
        <translation>Schichten werden gelesen</translation>
    </message>
    <message>
        <source>Reading the case…</source>
        <translation>Der Fall wird gelesen…</translation>
    </message>
    <message>
        <source>Reading the file took too long and was stopped; it is probably damaged.</source>
        <translation>Das Lesen der Datei dauerte zu lange und wurde angehalten; sie ist vermutlich beschädigt.</translation>
    </message>
    <message>
        <source>Reading the reports…</source>
        <translation>Die Berichte werden gelesen…</translation>
    </message>
    <message>
        <source>Reading the table</source>
        <translation>Die Tabelle wird gelesen</translation>
    </message>
    <message>
        <source>Reading the truth</source>
        <translation>Die Wahrheit wird gelesen</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen…</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>Trefferquote</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Bemerkung</translation>
    </message>
    <message>
        <source>Remark (F2)</source>
        <translation>Bemerkung (F2)</translation>
    </message>
    <message>
        <source>Remark on this case</source>
        <translation>Bemerkung zu diesem Fall</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>Bemerkungen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove what is chosen from the list</source>
        <translation>Das Ausgewählte aus der Liste entfernen</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Report of a fault</source>
        <translation>Fehlerbericht</translation>
    </message>
    <message>
        <source>Reports among the files</source>
        <translation>Berichte unter den Dateien</translation>
    </message>
    <message>
        <source>Research use only. Not for diagnosis.</source>
        <translation>Nur für die Forschung. Nicht zur Diagnose.</translation>
    </message>
    <message>
        <source>Restore the last session</source>
        <translation>Letzte Sitzung wiederherstellen</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Right click</source>
        <translation>Rechtsklick</translation>
    </message>
    <message>
        <source>Right drag</source>
        <translation>Rechts ziehen</translation>
    </message>
    <message>
        <source>Rotate left</source>
        <translation>Nach links drehen</translation>
    </message>
    <message>
        <source>Rotate right</source>
        <translation>Nach rechts drehen</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>Rows of the table</source>
        <translation>Zeilen der Tabelle</translation>
    </message>
    <message>
        <source>S&amp;amples</source>
        <translation>&amp;Beispiele</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>Sagittal</translation>
    </message>
    <message>
        <source>Sample: {title}</source>
        <translation>Beispiel: {title}</translation>
    </message>
    <message>
        <source>Save a report</source>
        <translation>Bericht speichern</translation>
    </message>
    <message>
        <source>Save a report in a folder…</source>
        <translation>Bericht in einem Ordner speichern…</translation>
    </message>
    <message>
        <source>Save a report…</source>
        <translation>Bericht speichern…</translation>
    </message>
    <message>
        <source>Save as a bundle…</source>
        <translation>Als Modellpaket speichern…</translation>
    </message>
    <message>
        <source>Save in a folder…</source>
        <translation>In einem Ordner speichern…</translation>
    </message>
    <message>
        <source>Save its tables for R…</source>
        <translation>Ihre Tabellen für R speichern…</translation>
    </message>
    <message>
        <source>Save the model as a bundle</source>
        <translation>Das Modell als Modellpaket speichern</translation>
    </message>
    <message>
        <source>Save the report in</source>
        <translation>Bericht speichern in</translation>
    </message>
    <message>
        <source>Save the tables of the study in</source>
        <translation>Tabellen der Studie speichern in</translation>
    </message>
    <message>
        <source>Save the truth</source>
        <translation>Wahrheit speichern</translation>
    </message>
    <message>
        <source>Save the truth…</source>
        <translation>Wahrheit speichern…</translation>
    </message>
    <message>
        <source>Say what is true of the cases that are shown: one key a label; and compare readers</source>
        <translation>Sagen, was für die gezeigten Fälle zutrifft: je Klasse eine Taste; und Befunder vergleichen</translation>
    </message>
    <message>
        <source>Say which label the threshold is of: {labels}.</source>
        <translation>Sagen Sie, zu welcher Klasse die Schwelle gehört: {labels}.</translation>
    </message>
    <message>
        <source>Say who reads: initials or a name, 40 letters at most.</source>
        <translation>Geben Sie an, wer befundet: Initialen oder ein Name, höchstens 40 Buchstaben.</translation>
    </message>
    <message>
        <source>Scale bar</source>
        <translation>Maßstab</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Score every slice, and draw the curve</source>
        <translation>Jede Schicht bewerten und die Kurve zeichnen</translation>
    </message>
    <message>
        <source>Score folders into a table</source>
        <translation>Ordner in eine Tabelle bewerten</translation>
    </message>
    <message>
        <source>Score folders into a table…</source>
        <translation>Ordner in eine Tabelle bewerten…</translation>
    </message>
    <message>
        <source>Score that is spread</source>
        <translation>Wert, dessen Verteilung gezeigt wird</translation>
    </message>
    <message>
        <source>Scoring the series</source>
        <translation>Serie wird bewertet</translation>
    </message>
    <message>
        <source>Scroll panes together at their present offset</source>
        <translation>Bildfelder mit ihrem jetzigen Versatz gemeinsam blättern</translation>
    </message>
    <message>
        <source>Scroll panes together, by position in the patient or by number</source>
        <translation>Bildfelder gemeinsam blättern, nach Lage im Patienten oder nach Nummer</translation>
    </message>
    <message>
        <source>Scroll to a slice that shows something.</source>
        <translation>Blättern Sie zu einer Schicht, auf der etwas zu sehen ist.</translation>
    </message>
    <message>
        <source>Search in the header</source>
        <translation>Im Dateikopf suchen</translation>
    </message>
    <message>
        <source>Second model</source>
        <translation>Zweites Modell</translation>
    </message>
    <message>
        <source>Select a row to read it in full. Ctrl+C copies it.</source>
        <translation>Wählen Sie eine Zeile, um sie ganz zu lesen. Strg+C kopiert sie.</translation>
    </message>
    <message>
        <source>Select the whole table</source>
        <translation>Die ganze Tabelle auswählen</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>Sensitivität</translation>
    </message>
    <message>
        <source>Sensitivity {value} there.</source>
        <translation>Sensitivität dort {value}.</translation>
    </message>
    <message>
        <source>Series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>Series ({number})</source>
        <translation>Serien ({number})</translation>
    </message>
    <message>
        <source>Series {number}</source>
        <translation>Serie {number}</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Several masses, stored bright-is-dark (MONOCHROME1). The model was made for children, and says so.</source>
        <translation>Mehrere Raumforderungen, hell als dunkel gespeichert (MONOCHROME1). Das Modell ist für Kinder gemacht und sagt das.</translation>
    </message>
    <message>
        <source>Shape {number}: a point lies outside the picture; nothing was imported.</source>
        <translation>Form {number}: Ein Punkt liegt außerhalb des Bildes; nichts wurde importiert.</translation>
    </message>
    <message>
        <source>Shape {number}: this series has no such slice; nothing was imported.</source>
        <translation>Form {number}: Diese Serie hat keine solche Schicht; nichts wurde importiert.</translation>
    </message>
    <message>
        <source>Shape {number}: {fault}.</source>
        <translation>Form {number}: {fault}.</translation>
    </message>
    <message>
        <source>Share of your patients with a finding</source>
        <translation>Anteil Ihrer Patienten mit Befund</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Umschalt</translation>
    </message>
    <message>
        <source>Shoulder, MR</source>
        <translation>Schulter, MR</translation>
    </message>
    <message>
        <source>Show all rows again</source>
        <translation>Wieder alle Zeilen zeigen</translation>
    </message>
    <message>
        <source>Show anyway</source>
        <translation>Trotzdem zeigen</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>Show measurements</source>
        <translation>Messungen zeigen</translation>
    </message>
    <message>
        <source>Show patient data again</source>
        <translation>Patientendaten wieder zeigen</translation>
    </message>
    <message>
        <source>Show the heatmap</source>
        <translation>Die Heatmap zeigen</translation>
    </message>
    <message>
        <source>Show the model&apos;s answer only once I have given mine</source>
        <translation>Die Antwort des Modells erst zeigen, wenn ich meine gegeben habe</translation>
    </message>
    <message>
        <source>Show the table</source>
        <translation>Tabelle zeigen</translation>
    </message>
    <message>
        <source>Show these cases in the table</source>
        <translation>Diese Fälle in der Tabelle zeigen</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>Gezeigt</translation>
    </message>
    <message>
        <source>Side</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Slab {length:g} mm, {projection}</source>
        <translation>Slab {length:g} mm, {projection}</translation>
    </message>
    <message>
        <source>Slab: maximum, minimum, mean (again: the next)</source>
        <translation>Slab: Maximum, Minimum, Mittelwert (nochmals: das nächste)</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Slice Normal Vector of the private header (0029,xx10){phases}</source>
        <translation>Slice Normal Vector des privaten Kopfes (0029,xx10){phases}</translation>
    </message>
    <message>
        <source>Slice spacing</source>
        <translation>Schichtabstand</translation>
    </message>
    <message>
        <source>Slice {index} of {slices}</source>
        <translation>Schicht {index} von {slices}</translation>
    </message>
    <message>
        <source>Slice {index} of {slices}{phase}</source>
        <translation>Schicht {index} von {slices}{phase}</translation>
    </message>
    <message>
        <source>Slicelens did not end properly last time. {what} can be opened again, with the panes, slices and windows as they were.</source>
        <translation>Slicelens wurde zuletzt nicht ordentlich beendet. {what} lassen sich wieder öffnen, mit Bildfeldern, Schichten und Fensterungen wie zuvor.</translation>
    </message>
    <message>
        <source>Slicelens has no decoder for its compression ({syntax_name}).</source>
        <translation>Slicelens hat keinen Dekoder für ihre Komprimierung ({syntax_name}).</translation>
    </message>
    <message>
        <source>Slicelens met a fault of its own here, which is ours to mend; nothing was changed.</source>
        <translation>Slicelens ist auf einen eigenen Fehler gestoßen, den wir beheben müssen; es wurde nichts verändert.</translation>
    </message>
    <message>
        <source>Slicelens report</source>
        <translation>Slicelens-Bericht</translation>
    </message>
    <message>
        <source>Slicelens shows radiology slices, lets a local classifier score them, and shows where it looked. It works offline: nothing leaves this computer, and nothing is written beside your files.</source>
        <translation>Slicelens zeigt radiologische Schichten, lässt sie von einem lokalen Klassifikator bewerten und zeigt, wohin er gesehen hat. Es arbeitet offline: Nichts verlässt diesen Rechner, und neben Ihre Dateien wird nichts geschrieben.</translation>
    </message>
    <message>
        <source>Slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Slices of this series could not be read, so {what} through it would have holes.</source>
        <translation>Schichten dieser Serie ließen sich nicht lesen; {what} durch sie hätte Löcher.</translation>
    </message>
    <message>
        <source>Slices: one a notch, or up and down</source>
        <translation>Schichten: eine je Raste, oder auf und ab</translation>
    </message>
    <message>
        <source>Slice{number}{plane}{phase}</source>
        <translation>Schicht{number}{plane}{phase}</translation>
    </message>
    <message>
        <source>Slope</source>
        <translation>Steigung</translation>
    </message>
    <message>
        <source>Smaller text and controls</source>
        <translation>Texte und Bedienelemente kleiner</translation>
    </message>
    <message>
        <source>Smooth between pixels</source>
        <translation>Zwischen Pixeln glätten</translation>
    </message>
    <message>
        <source>Soft tissue  400 / 40</source>
        <translation>Weichteile  400 / 40</translation>
    </message>
    <message>
        <source>Some of it</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>Sorting slices</source>
        <translation>Schichten werden sortiert</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Space pauses · F2 remark · wheel, arrows slices · F fit · I invert · R, H, V turn · W window · Esc ends; all is kept</source>
        <translation>Leertaste hält an · F2 Bemerkung · Rad, Pfeile Schichten · F einpassen · I invertieren · R, H, V drehen · W Fensterung · Esc beendet; alles bleibt gespeichert</translation>
    </message>
    <message>
        <source>Spacing</source>
        <translation>Abstände</translation>
    </message>
    <message>
        <source>Specificity</source>
        <translation>Spezifität</translation>
    </message>
    <message>
        <source>Spread of the scale</source>
        <translation>Streuung der Skala</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Start page, and back</source>
        <translation>Startseite, und zurück</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stopped. What was written by then is whole and was kept.</source>
        <translation>Angehalten. Was bis dahin geschrieben war, ist vollständig und bleibt.</translation>
    </message>
    <message>
        <source>Stopped; what was done is kept, and can go on</source>
        <translation>Angehalten; was fertig ist, bleibt und lässt sich fortsetzen</translation>
    </message>
    <message>
        <source>Stored samples</source>
        <translation>Gespeicherte Werte</translation>
    </message>
    <message>
        <source>Stored to shown value</source>
        <translation>Vom gespeicherten zum gezeigten Wert</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>Studie</translation>
    </message>
    <message>
        <source>Study {study}</source>
        <translation>Studie {study}</translation>
    </message>
    <message>
        <source>Subgroups</source>
        <translation>Untergruppen</translation>
    </message>
    <message>
        <source>TE {value:g} ms</source>
        <translation>TE {value:g} ms</translation>
    </message>
    <message>
        <source>TI {value:g} ms</source>
        <translation>TI {value:g} ms</translation>
    </message>
    <message>
        <source>TR {value:g} ms</source>
        <translation>TR {value:g} ms</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Table to write</source>
        <translation>Zu schreibende Tabelle</translation>
    </message>
    <message>
        <source>Table {explanation}</source>
        <translation>Tabelle {explanation}</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Tabellen (*.csv)</translation>
    </message>
    <message>
        <source>Tables of results (*.csv);;All files (*)</source>
        <translation>Ergebnistabellen (*.csv);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Tag {number}</source>
        <translation>Tag {number}</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>Tags of the slice&apos;s file</source>
        <translation>Tags der Datei dieser Schicht</translation>
    </message>
    <message>
        <source>Take a truth file in</source>
        <translation>Eine Wahrheitsdatei einlesen</translation>
    </message>
    <message>
        <source>Take a truth file in…</source>
        <translation>Eine Wahrheitsdatei einlesen…</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Take boxes away</source>
        <translation>Felder entfernen</translation>
    </message>
    <message>
        <source>Ten slices back</source>
        <translation>Zehn Schichten zurück</translation>
    </message>
    <message>
        <source>Ten slices on</source>
        <translation>Zehn Schichten vor</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Text and controls</source>
        <translation>Texte und Bedienelemente</translation>
    </message>
    <message>
        <source>Text beside the measurement</source>
        <translation>Text neben der Messung</translation>
    </message>
    <message>
        <source>Text beside the measurement…</source>
        <translation>Text neben der Messung…</translation>
    </message>
    <message>
        <source>Text burned into the pixels</source>
        <translation>Text in die Pixel gebrannt</translation>
    </message>
    <message>
        <source>Text is burned into pixels of this figure and may name the patient.</source>
        <translation>In Pixel dieser Abbildung ist Text gebrannt, der den Patienten nennen kann.</translation>
    </message>
    <message>
        <source>Text is burned into these pixels and may name the patient; it is in the pictures too.</source>
        <translation>In diese Pixel ist Text gebrannt, der den Patienten nennen kann; er steht auch in den Bildern.</translation>
    </message>
    <message>
        <source>That is more text than any list of names.</source>
        <translation>Das ist mehr Text als jede Liste von Namen.</translation>
    </message>
    <message>
        <source>That password does not fit. </source>
        <translation>Dieses Passwort passt nicht. </translation>
    </message>
    <message>
        <source>The DICOMDIR ends too early.</source>
        <translation>Das DICOMDIR endet zu früh.</translation>
    </message>
    <message>
        <source>The DICOMDIR is damaged.</source>
        <translation>Das DICOMDIR ist beschädigt.</translation>
    </message>
    <message>
        <source>The DICOMDIR is larger than that of any real medium.</source>
        <translation>Das DICOMDIR ist größer als das jedes echten Datenträgers.</translation>
    </message>
    <message>
        <source>The DICOMDIR names a file that is not there.</source>
        <translation>Das DICOMDIR nennt eine Datei, die nicht da ist.</translation>
    </message>
    <message>
        <source>The Dask scheduler at this address has no workers.</source>
        <translation>Der Dask-Scheduler unter dieser Adresse hat keine Worker.</translation>
    </message>
    <message>
        <source>The activation of a {named} model is {allowed}.</source>
        <translation>Die Aktivierung eines Modells dieser Art ({named}) ist {allowed}.</translation>
    </message>
    <message>
        <source>The answer does not depend on this layer.</source>
        <translation>Die Antwort hängt nicht von dieser Ebene ab.</translation>
    </message>
    <message>
        <source>The answer that says that nothing was found must be one of the classes.</source>
        <translation>Die Antwort, die sagt, dass nichts gefunden wurde, muss eine der Klassen sein.</translation>
    </message>
    <message>
        <source>The architecture `{architecture}` takes no arguments.</source>
        <translation>Die Architektur `{architecture}` nimmt keine Argumente.</translation>
    </message>
    <message>
        <source>The architecture&apos;s own head takes no layers and no dropout here (see drop_rate).</source>
        <translation>Der eigene Kopf der Architektur nimmt hier weder Schichten noch Dropout (siehe drop_rate).</translation>
    </message>
    <message>
        <source>The archive holds more than any real bundle.</source>
        <translation>Das Archiv enthält mehr als jedes echte Modellpaket.</translation>
    </message>
    <message>
        <source>The archive holds this name twice.</source>
        <translation>Das Archiv enthält diesen Namen zweimal.</translation>
    </message>
    <message>
        <source>The archive is damaged, or holds members that are not safe to open.</source>
        <translation>Das Archiv ist beschädigt oder enthält Dateien, die nicht gefahrlos zu öffnen sind.</translation>
    </message>
    <message>
        <source>The archive is encrypted.</source>
        <translation>Das Archiv ist verschlüsselt.</translation>
    </message>
    <message>
        <source>The archive lists more than {member_limit:,} files.</source>
        <translation>Das Archiv führt mehr als {member_limit:,} Dateien auf.</translation>
    </message>
    <message>
        <source>The bands must begin at 0 and rise, so that every probability is in one.</source>
        <translation>Die Bänder müssen bei 0 beginnen und steigen, damit jede Wahrscheinlichkeit in einem liegt.</translation>
    </message>
    <message>
        <source>The body part is {lower}; the model was made for the {wanted}.</source>
        <translation>Der Körperteil ist {lower}; das Modell ist gemacht für {wanted}.</translation>
    </message>
    <message>
        <source>The bundle (version {schema_version}) does not say {lacking}.</source>
        <translation>Das Modellpaket (Version {schema_version}) sagt nicht, {lacking}.</translation>
    </message>
    <message>
        <source>The bundle has no file `{name}`.</source>
        <translation>Das Modellpaket hat keine Datei `{name}`.</translation>
    </message>
    <message>
        <source>The bundle has this file, but the contract does not name it.</source>
        <translation>Das Bündel hat diese Datei, aber der Vertrag nennt sie nicht.</translation>
    </message>
    <message>
        <source>The bundle is being written, and read back.</source>
        <translation>Das Modellpaket wird geschrieben und zurückgelesen.</translation>
    </message>
    <message>
        <source>The bundle is not installed here, so its card is not beside these figures, and its task is told by the table.</source>
        <translation>Das Modellpaket ist hier nicht installiert; darum steht seine Karte nicht neben diesen Zahlen, und seine Aufgabe ist der Tabelle entnommen.</translation>
    </message>
    <message>
        <source>The bundle of this model is not installed here, so there is no rule that a local point could stand in for.</source>
        <translation>Das Modellpaket ist hier nicht installiert, daher gibt es keine Regel, an deren Stelle ein örtlicher Arbeitspunkt treten könnte.</translation>
    </message>
    <message>
        <source>The bundle&apos;s own threshold: {own:.4g}{here}. A threshold read off these cases is too good for them.{few}</source>
        <translation>Die eigene Schwelle des Modellpakets: {own:.4g}{here}. Eine an diesen Fällen abgelesene Schwelle ist für sie zu gut.{few}</translation>
    </message>
    <message>
        <source>The case before: {answer}</source>
        <translation>Der Fall davor: {answer}</translation>
    </message>
    <message>
        <source>The cases are being copied…</source>
        <translation>Die Fälle werden kopiert…</translation>
    </message>
    <message>
        <source>The comparison of both models cannot be read.</source>
        <translation>Der Vergleich der beiden Modelle ist nicht lesbar.</translation>
    </message>
    <message>
        <source>The compressed picture is larger than the header of the file says.</source>
        <translation>Das komprimierte Bild ist größer, als der Dateikopf angibt.</translation>
    </message>
    <message>
        <source>The contract is larger than any real one.</source>
        <translation>Der Vertrag ist größer als jeder echte.</translation>
    </message>
    <message>
        <source>The contract names this file, but the bundle lacks it.</source>
        <translation>Der Vertrag nennt diese Datei, aber sie fehlt im Bündel.</translation>
    </message>
    <message>
        <source>The copies could not be written (is the disk full?). {done} of them are whole and were kept.</source>
        <translation>Die Kopien konnten nicht geschrieben werden (ist der Datenträger voll?). {done} davon sind vollständig und wurden behalten.</translation>
    </message>
    <message>
        <source>The copy would still hold a text of the original&apos;s header; it was not written.</source>
        <translation>Die Kopie enthielte noch einen Text aus dem Kopf des Originals; sie wurde nicht geschrieben.</translation>
    </message>
    <message>
        <source>The copy would still hold a text of the original; it was not written.</source>
        <translation>Die Kopie enthielte noch einen Text des Originals; sie wurde nicht geschrieben.</translation>
    </message>
    <message>
        <source>The disk is full, so {contents} cannot be saved; they stay in this window. Free some space.</source>
        <translation>Der Datenträger ist voll, deshalb können {contents} nicht gesichert werden; sie bleiben in diesem Fenster. Schaffen Sie Platz.</translation>
    </message>
    <message>
        <source>The explanation is {method}, so the graph must have an output with class maps.</source>
        <translation>Die Erklärung ist {method}, also muss der Graph eine Ausgabe mit Klassenkarten haben.</translation>
    </message>
    <message>
        <source>The figure would be too large; choose fewer dots per inch or fewer panes.</source>
        <translation>Die Abbildung würde zu groß; wählen Sie weniger Punkte je Zoll oder weniger Bildfelder.</translation>
    </message>
    <message>
        <source>The figures at every threshold are being found…</source>
        <translation>Die Kennzahlen an jeder Schwelle werden ermittelt…</translation>
    </message>
    <message>
        <source>The file could not be read: the disk or the network reported an error.</source>
        <translation>Die Datei konnte nicht gelesen werden: Datenträger oder Netz meldeten einen Fehler.</translation>
    </message>
    <message>
        <source>The file declares more than {frames} slices.</source>
        <translation>Die Datei gibt mehr als {frames} Schichten an.</translation>
    </message>
    <message>
        <source>The file does not say how its pixels are compressed.</source>
        <translation>Die Datei gibt nicht an, wie ihre Pixel komprimiert sind.</translation>
    </message>
    <message>
        <source>The file does not say where its voxels lie; the NIfTI file says that it is unknown.</source>
        <translation>Die Datei gibt nicht an, wo ihre Voxel liegen; in der NIfTI-Datei steht, dass es unbekannt ist.</translation>
    </message>
    <message>
        <source>The file does not tell</source>
        <translation>Die Datei sagt es nicht</translation>
    </message>
    <message>
        <source>The file does not tell how the slice lies; the model expects {wanted} slices.</source>
        <translation>Die Datei sagt nicht, wie die Schicht liegt; das Modell erwartet Schichten {wanted}.</translation>
    </message>
    <message>
        <source>The file does not tell its modality; the model was made for {wanted}.</source>
        <translation>Die Datei sagt nicht, von welcher Modalität sie ist; das Modell ist gemacht für {wanted}.</translation>
    </message>
    <message>
        <source>The file does not tell its polarity; dense tissue was taken to be bright in it.</source>
        <translation>Die Datei sagt nichts über ihre Polarität; dichtes Gewebe wurde als hell angenommen.</translation>
    </message>
    <message>
        <source>The file does not tell the body part; the model was made for the {wanted}.</source>
        <translation>Die Datei sagt nicht, welchen Körperteil sie zeigt; das Modell ist gemacht für {wanted}.</translation>
    </message>
    <message>
        <source>The file does not tell the patient&apos;s age; {trained}.</source>
        <translation>Die Datei sagt nicht, wie alt der Patient ist; {trained}.</translation>
    </message>
    <message>
        <source>The file ends before its pixels do; it is probably an incomplete copy.</source>
        <translation>Die Datei endet vor ihren Pixeln; vermutlich ist die Kopie unvollständig.</translation>
    </message>
    <message>
        <source>The file has changed since it was listed.</source>
        <translation>Die Datei hat sich seit dem Auflisten verändert.</translation>
    </message>
    <message>
        <source>The file has no usable palette.</source>
        <translation>Die Datei hat keine brauchbare Farbpalette.</translation>
    </message>
    <message>
        <source>The file holds no pixels.</source>
        <translation>Die Datei enthält keine Pixel.</translation>
    </message>
    <message>
        <source>The file holds {rows} shapes; {most_shapes} are the most.</source>
        <translation>Die Datei enthält {rows} Formen; höchstens {most_shapes} gehen.</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>Die Datei ist leer.</translation>
    </message>
    <message>
        <source>The file is larger than any real model.</source>
        <translation>Die Datei ist größer als jedes echte Modell.</translation>
    </message>
    <message>
        <source>The file is larger than the {most} MiB that it may have.</source>
        <translation>Die Datei ist größer als die {most} MiB, die sie haben darf.</translation>
    </message>
    <message>
        <source>The file is valid, but it uses a feature that Slicelens does not read.</source>
        <translation>Die Datei ist gültig, verwendet aber etwas, das Slicelens nicht liest.</translation>
    </message>
    <message>
        <source>The file is written in version {version} of ONNX&apos;s format</source>
        <translation>Die Datei ist in Version {version} des Formats von ONNX geschrieben</translation>
    </message>
    <message>
        <source>The file of shapes has no version {version}, which this program reads.</source>
        <translation>Die Datei mit den Formen hat nicht die Version {version}, die dieses Programm liest.</translation>
    </message>
    <message>
        <source>The file of shapes is larger than {most_bytes} MiB.</source>
        <translation>Die Datei mit den Formen ist größer als {most_bytes} MiB.</translation>
    </message>
    <message>
        <source>The file of shapes is not UTF-8 text.</source>
        <translation>Die Datei mit den Formen ist kein Text in UTF-8.</translation>
    </message>
    <message>
        <source>The file of shapes is not valid CSV.</source>
        <translation>Die Datei mit den Formen ist kein gültiges CSV.</translation>
    </message>
    <message>
        <source>The file of shapes is not valid JSON.</source>
        <translation>Die Datei mit den Formen ist kein gültiges JSON.</translation>
    </message>
    <message>
        <source>The file of shapes is written by a newer program; this one reads version {version}.</source>
        <translation>Die Datei mit den Formen ist von einem neueren Programm; dieses liest Version {version}.</translation>
    </message>
    <message>
        <source>The file of shapes must be {&quot;version&quot;: 1, &quot;shapes&quot;: […]}.</source>
        <translation>Die Datei mit den Formen muss {&quot;version&quot;: 1, &quot;shapes&quot;: […]} sein.</translation>
    </message>
    <message>
        <source>The file or folder cannot be read with your permissions.</source>
        <translation>Die Datei oder der Ordner ist mit Ihren Rechten nicht lesbar.</translation>
    </message>
    <message>
        <source>The file or folder that was open</source>
        <translation>Die Datei oder der Ordner, die offen waren,</translation>
    </message>
    <message>
        <source>The file repeats slices that another file already gave.</source>
        <translation>Die Datei wiederholt Schichten, die schon eine andere Datei geliefert hat.</translation>
    </message>
    <message>
        <source>The file stores single bits or extended floats.</source>
        <translation>Die Datei speichert einzelne Bits oder erweiterte Gleitkommazahlen.</translation>
    </message>
    <message>
        <source>The file to write is one of the files that were opened; they are never changed.</source>
        <translation>Die Datei, die geschrieben werden soll, gehört zu den geöffneten; diese werden nie verändert.</translation>
    </message>
    <message>
        <source>The file with the names of the classes cannot be read. {message}</source>
        <translation>Die Datei mit den Namen der Klassen lässt sich nicht lesen. {message}</translation>
    </message>
    <message>
        <source>The file with the names of the classes is larger than any list.</source>
        <translation>Die Datei mit den Namen der Klassen ist größer als jede echte Liste.</translation>
    </message>
    <message>
        <source>The file with the names of the classes is no text in UTF-8.</source>
        <translation>Die Datei mit den Namen der Klassen ist kein Text in UTF-8.</translation>
    </message>
    <message>
        <source>The file&apos;s own (again: its next)</source>
        <translation>Die dateieigene (nochmals: ihre nächste)</translation>
    </message>
    <message>
        <source>The file&apos;s own drawings over the slice</source>
        <translation>Die dateieigenen Einzeichnungen über der Schicht</translation>
    </message>
    <message>
        <source>The files could not be written into that folder (is the disk full?).</source>
        <translation>Die Dateien konnten nicht in diesen Ordner geschrieben werden (ist der Datenträger voll?).</translation>
    </message>
    <message>
        <source>The files could not be written: a file stands where the folder would be.</source>
        <translation>Die Dateien konnten nicht geschrieben werden: Wo der Ordner wäre, steht eine Datei.</translation>
    </message>
    <message>
        <source>The files could not be written: that folder may not be written to. Choose another one.</source>
        <translation>Die Dateien konnten nicht geschrieben werden: In diesen Ordner darf nicht geschrieben werden. Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The files of this series have no UIDs that a DICOM report could refer to: export JSON or CSV instead.</source>
        <translation>Die Dateien dieser Serie haben keine UIDs, auf die ein DICOM-Bericht verweisen könnte: Exportieren Sie stattdessen JSON oder CSV.</translation>
    </message>
    <message>
        <source>The files of this series have no UIDs that a presentation state could refer to; export pictures instead.</source>
        <translation>Die Dateien dieser Serie haben keine UIDs, auf die ein Presentation State verweisen könnte; exportieren Sie stattdessen Bilder.</translation>
    </message>
    <message>
        <source>The film could not be written (is the disk full?).</source>
        <translation>Der Film konnte nicht geschrieben werden (ist der Datenträger voll?).</translation>
    </message>
    <message>
        <source>The finding and the heatmap follow the wheel</source>
        <translation>Befund und Heatmap folgen dem Mausrad</translation>
    </message>
    <message>
        <source>The first line of the CSV must begin with {names}.</source>
        <translation>Die erste Zeile des CSV muss mit {names} beginnen.</translation>
    </message>
    <message>
        <source>The first {found} of {count} reports.</source>
        <translation>Die ersten {found} von {count} Berichten.</translation>
    </message>
    <message>
        <source>The folder for the training set is not empty; name a new one.</source>
        <translation>Der Ordner für die Trainingsdaten ist nicht leer; nennen Sie einen neuen.</translation>
    </message>
    <message>
        <source>The folder holds more bytes than any real bundle.</source>
        <translation>Der Ordner enthält mehr Bytes als jedes echte Modellpaket.</translation>
    </message>
    <message>
        <source>The folder holds more files than any real bundle.</source>
        <translation>Der Ordner enthält mehr Dateien als jedes echte Modellpaket.</translation>
    </message>
    <message>
        <source>The folder to write to does not exist.</source>
        <translation>Der Ordner, in den geschrieben werden soll, existiert nicht.</translation>
    </message>
    <message>
        <source>The font for PDF files is missing from this installation. Install it again.</source>
        <translation>In dieser Installation fehlt die Schrift für PDF-Dateien. Installieren Sie sie neu.</translation>
    </message>
    <message>
        <source>The function `{name}` of the graph calls itself.</source>
        <translation>Die Funktion `{name}` des Graphen ruft sich selbst auf.</translation>
    </message>
    <message>
        <source>The function `{name}` uses the value `{value}`, which nothing computes.</source>
        <translation>Die Funktion `{name}` benutzt den Wert `{value}`, den nichts berechnet.</translation>
    </message>
    <message>
        <source>The golden pair is damaged or incomplete.</source>
        <translation>Das Prüfpaar ist beschädigt oder unvollständig.</translation>
    </message>
    <message>
        <source>The golden pairs of the model take too long, all together.</source>
        <translation>Die Vergleichsfälle des Modells dauern zusammen zu lange.</translation>
    </message>
    <message>
        <source>The graph answers the same picture differently each time: something random is left on in it, such as dropout. Export it in evaluation mode.</source>
        <translation>Der Graph antwortet auf dasselbe Bild jedes Mal anders: Etwas Zufälliges ist darin eingeschaltet geblieben, etwa Dropout. Exportieren Sie ihn im Auswertungsmodus.</translation>
    </message>
    <message>
        <source>The graph does not say where its data lie in `{name}`.</source>
        <translation>Der Graph sagt nicht, wo seine Daten in `{name}` liegen.</translation>
    </message>
    <message>
        <source>The graph does not say which opset it uses.</source>
        <translation>Der Graph gibt nicht an, welches Opset er verwendet.</translation>
    </message>
    <message>
        <source>The graph goes round in a circle: `{name}` ({op_type}) waits for its own result.</source>
        <translation>Der Graph läuft im Kreis: `{name}` ({op_type}) wartet auf das eigene Ergebnis.</translation>
    </message>
    <message>
        <source>The graph has more parts than any real network.</source>
        <translation>Der Graph hat mehr Teile als jedes echte Netz.</translation>
    </message>
    <message>
        <source>The graph has more than {max_nodes:,} nodes, those of its functions included.</source>
        <translation>Der Graph hat mehr als {max_nodes:,} Knoten, die seiner Funktionen mitgezählt.</translation>
    </message>
    <message>
        <source>The graph has more than {max_nodes:,} nodes.</source>
        <translation>Der Graph hat mehr als {max_nodes:,} Knoten.</translation>
    </message>
    <message>
        <source>The graph has no output named `{name}`.</source>
        <translation>Der Graph hat keine Ausgabe namens `{name}`.</translation>
    </message>
    <message>
        <source>The graph has two functions `{name}`.</source>
        <translation>Der Graph hat zwei Funktionen `{name}`.</translation>
    </message>
    <message>
        <source>The graph insists on more than one slice at a time.</source>
        <translation>Der Graph besteht auf mehr als einer Schicht auf einmal.</translation>
    </message>
    <message>
        <source>The graph keeps weights in `{name}`, which is no file beside it. Put both into one folder.</source>
        <translation>Der Graph hält Gewichte in `{name}`, und daneben liegt keine solche Datei. Legen Sie beide in einen Ordner.</translation>
    </message>
    <message>
        <source>The graph must have exactly one input, named `{name}`.</source>
        <translation>Der Graph muss genau einen Eingang haben, namens `{name}`.</translation>
    </message>
    <message>
        <source>The graph refers to data in another file; all of it must stand in the graph itself.</source>
        <translation>Der Graph verweist auf Daten in einer anderen Datei; alle müssen im Graphen selbst stehen.</translation>
    </message>
    <message>
        <source>The graph refers to data outside its own folder; only a file beside it is read.</source>
        <translation>Der Graph verweist auf Daten außerhalb seines Ordners; nur eine Datei daneben wird gelesen.</translation>
    </message>
    <message>
        <source>The graph uses an operator {name}, which opset {version} of {domain} does not have.</source>
        <translation>Der Graph benutzt einen Operator {name}, den Opset {version} von {domain} nicht hat.</translation>
    </message>
    <message>
        <source>The graph uses operators of the domain `{domain}`, which is not part of the ONNX standard.</source>
        <translation>Der Graph benutzt Operatoren der Domäne `{domain}`, die nicht zum Standard von ONNX gehört.</translation>
    </message>
    <message>
        <source>The graph uses opset {version} of {domain}</source>
        <translation>Der Graph benutzt Opset {version} von {domain}</translation>
    </message>
    <message>
        <source>The graph uses the value `{value}`, which nothing computes.</source>
        <translation>Der Graph benutzt den Wert `{value}`, den nichts berechnet.</translation>
    </message>
    <message>
        <source>The graph&apos;s class maps are none.</source>
        <translation>Der Graph hat keine brauchbaren Klassenkarten.</translation>
    </message>
    <message>
        <source>The graph&apos;s input has more than {most_pixels} rows or columns.</source>
        <translation>Der Eingang des Graphen hat mehr als {most_pixels} Zeilen oder Spalten.</translation>
    </message>
    <message>
        <source>The graph&apos;s input has {channels} channels; a slice has 1 or 3.</source>
        <translation>Der Eingang des Graphen hat {channels} Kanäle; eine Schicht hat 1 oder 3.</translation>
    </message>
    <message>
        <source>The graph&apos;s input is not [N, {sizes}].</source>
        <translation>Der Eingang des Graphen ist nicht [N, {sizes}].</translation>
    </message>
    <message>
        <source>The graph&apos;s input is not a picture [N, channels, rows, columns] of floats or of whole numbers.</source>
        <translation>Der Eingang des Graphen ist kein Bild [N, Kanäle, Zeilen, Spalten] aus Gleitkommazahlen oder ganzen Zahlen.</translation>
    </message>
    <message>
        <source>The graph&apos;s input is not float32.</source>
        <translation>Der Eingang des Graphen ist nicht float32.</translation>
    </message>
    <message>
        <source>The graph&apos;s output `{name}` is not float32.</source>
        <translation>Die Ausgabe `{name}` des Graphen ist nicht float32.</translation>
    </message>
    <message>
        <source>The graph&apos;s output `{name}` is not {what}.</source>
        <translation>Die Ausgabe `{name}` des Graphen ist nicht {what}.</translation>
    </message>
    <message>
        <source>The graphs lie too deep within one another.</source>
        <translation>Die Graphen liegen zu tief ineinander.</translation>
    </message>
    <message>
        <source>The header does not say how many bits a pixel has.</source>
        <translation>Der Dateikopf gibt nicht an, wie viele Bits ein Pixel hat.</translation>
    </message>
    <message>
        <source>The header does not say how many rows and columns the picture has.</source>
        <translation>Der Dateikopf gibt nicht an, wie viele Zeilen und Spalten das Bild hat.</translation>
    </message>
    <message>
        <source>The header names the patient.</source>
        <translation>Der Dateikopf nennt den Patienten.</translation>
    </message>
    <message>
        <source>The header of the file does not carry NIfTI&apos;s mark.</source>
        <translation>Der Dateikopf trägt nicht das Kennzeichen von NIfTI.</translation>
    </message>
    <message>
        <source>The header of the file does not say in which order its bytes stand.</source>
        <translation>Der Dateikopf gibt nicht an, in welcher Reihenfolge die Bytes stehen.</translation>
    </message>
    <message>
        <source>The header of the file is damaged or contradicts itself.</source>
        <translation>Der Dateikopf ist beschädigt oder widerspricht sich.</translation>
    </message>
    <message>
        <source>The header of the file states “{field}” twice, so that nobody can tell which is meant.</source>
        <translation>Der Kopf der Datei nennt „{field}“ zweimal; niemand kann sagen, welches gemeint ist.</translation>
    </message>
    <message>
        <source>The header promises more pixels than the file holds.</source>
        <translation>Der Dateikopf verspricht mehr Pixel, als die Datei enthält.</translation>
    </message>
    <message>
        <source>The header that belongs to these pixels ({name}) is not beside them.</source>
        <translation>Der Kopf, der zu diesen Pixeln gehört ({name}), liegt nicht daneben.</translation>
    </message>
    <message>
        <source>The headers of DICOM, NIfTI, NRRD, MetaImage and pictures are listed alone.</source>
        <translation>Nur die Köpfe von DICOM, NIfTI, NRRD, MetaImage und Bildern werden aufgelistet.</translation>
    </message>
    <message>
        <source>The heads must name every label exactly once, in the order of the labels.</source>
        <translation>Die Köpfe müssen jede Klasse genau einmal nennen, in der Reihenfolge der Klassen.</translation>
    </message>
    <message>
        <source>The installation of Slicelens is damaged: files of the program are missing. Install it again.</source>
        <translation>Die Installation von Slicelens ist beschädigt: Dateien des Programms fehlen. Installieren Sie es neu.</translation>
    </message>
    <message>
        <source>The job file of this table ({name}) is damaged.</source>
        <translation>Die Auftragsdatei dieser Tabelle ({name}) ist beschädigt.</translation>
    </message>
    <message>
        <source>The job file of this table was written by a newer Slicelens.</source>
        <translation>Die Auftragsdatei dieser Tabelle wurde von einem neueren Slicelens geschrieben.</translation>
    </message>
    <message>
        <source>The key `{key}` stands twice in one object.</source>
        <translation>Der Schlüssel `{key}` steht zweimal in einem Objekt.</translation>
    </message>
    <message>
        <source>The labelled cases are copied into the folder with a table of their labels; slicelens-train continues the model&apos;s bundle on them and judges both models on cases that it held back. The bundle itself stays.</source>
        <translation>Die Fälle mit Wahrheit werden in den Ordner kopiert, mit einer Tabelle ihrer Klassen; slicelens-train trainiert das Modell daran weiter und beurteilt beide Modelle an zurückgehaltenen Fällen. Das Modellpaket selbst bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>The last session</source>
        <translation>Die letzte Sitzung</translation>
    </message>
    <message>
        <source>The layer `{layer}` gives no tensor on the way to the answer.</source>
        <translation>Die Ebene `{layer}` gibt auf dem Weg zur Antwort keinen Tensor.</translation>
    </message>
    <message>
        <source>The layer `{layer}` has no feature maps.</source>
        <translation>Die Ebene `{layer}` hat keine Merkmalskarten.</translation>
    </message>
    <message>
        <source>The least age must not be above the greatest.</source>
        <translation>Das kleinste Alter darf nicht über dem größten liegen.</translation>
    </message>
    <message>
        <source>The list of golden pairs does not have the form it must have.</source>
        <translation>Die Liste der Prüfpaare hat nicht die Form, die sie haben muss.</translation>
    </message>
    <message>
        <source>The local operating point is being chosen…</source>
        <translation>Der örtliche Arbeitspunkt wird gewählt…</translation>
    </message>
    <message>
        <source>The low percentile must be below the high one.</source>
        <translation>Das untere Perzentil muss unter dem oberen liegen.</translation>
    </message>
    <message>
        <source>The map is zero everywhere: no place of the slice speaks for it.</source>
        <translation>Die Karte ist überall null: Keine Stelle der Schicht spricht dafür.</translation>
    </message>
    <message>
        <source>The middle slice of each series</source>
        <translation>Die mittlere Schicht jeder Serie</translation>
    </message>
    <message>
        <source>The modality is {modality}; the model was made for {wanted}.</source>
        <translation>Die Modalität ist {modality}; das Modell ist gemacht für {wanted}.</translation>
    </message>
    <message>
        <source>The model cannot be used</source>
        <translation>Das Modell lässt sich nicht verwenden</translation>
    </message>
    <message>
        <source>The model did not answer with shape {list}, as its graph says.</source>
        <translation>Das Modell antwortete nicht mit der Form {list}, die sein Graph angibt.</translation>
    </message>
    <message>
        <source>The model gave no answer for this slice, so there is no heatmap.</source>
        <translation>Das Modell gab für diese Schicht keine Antwort, daher gibt es keine Heatmap.</translation>
    </message>
    <message>
        <source>The model has no label `{label}`.</source>
        <translation>Das Modell hat keine Klasse `{label}`.</translation>
    </message>
    <message>
        <source>The model has no label `{label}`; it has {labels}.</source>
        <translation>Das Modell hat keine Klasse `{label}`; es hat {labels}.</translation>
    </message>
    <message>
        <source>The model is being tried…</source>
        <translation>Das Modell wird ausprobiert…</translation>
    </message>
    <message>
        <source>The model is larger than an ONNX file can be.</source>
        <translation>Das Modell ist größer, als eine ONNX-Datei sein kann.</translation>
    </message>
    <message>
        <source>The model is saved as {name}.</source>
        <translation>Das Modell ist als {name} gespeichert.</translation>
    </message>
    <message>
        <source>The model of a pane has no label {label}; it has {names}.</source>
        <translation>Das Modell eines Bildfelds hat keine Klasse {label}; es hat {names}.</translation>
    </message>
    <message>
        <source>The model refuses this slice</source>
        <translation>Das Modell lehnt diese Schicht ab</translation>
    </message>
    <message>
        <source>The model runs</source>
        <translation>Das Modell läuft</translation>
    </message>
    <message>
        <source>The model took longer than {seconds:.0f} seconds and was ended.</source>
        <translation>Das Modell brauchte länger als {seconds:.0f} Sekunden und wurde beendet.</translation>
    </message>
    <message>
        <source>The model&apos;s decisions are none of its labels; the most probable label was taken for each.</source>
        <translation>Die Entscheidungen des Modells sind keine seiner Klassen; für jeden Fall wurde die wahrscheinlichste Klasse genommen.</translation>
    </message>
    <message>
        <source>The model&apos;s features do not fit its out-of-distribution statistics.</source>
        <translation>Die Merkmale des Modells passen nicht zu seiner Statistik der Trainingsfälle.</translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation>Die des Modells</translation>
    </message>
    <message>
        <source>The model&apos;s own decisions</source>
        <translation>Die Entscheidungen des Modells</translation>
    </message>
    <message>
        <source>The model&apos;s rule has no threshold for this label.{few}</source>
        <translation>Die Regel des Modells hat für diese Klasse keine Schwelle.{few}</translation>
    </message>
    <message>
        <source>The model&apos;s score and the caveat of its heatmap stand here.</source>
        <translation>Wert des Modells und Vorbehalt seiner Heatmap stehen hier.</translation>
    </message>
    <message>
        <source>The models are being judged…</source>
        <translation>Die Modelle werden beurteilt…</translation>
    </message>
    <message>
        <source>The most probable label {each}is decided, whatever its probability.</source>
        <translation>Die wahrscheinlichste Klasse {each}wird entschieden, wie wahrscheinlich sie auch ist.</translation>
    </message>
    <message>
        <source>The name of the file must end with one of {known}.</source>
        <translation>Der Name der Datei muss auf eines von {known} enden.</translation>
    </message>
    <message>
        <source>The names of its labels are not known.</source>
        <translation>Die Namen seiner Klassen sind nicht bekannt.</translation>
    </message>
    <message>
        <source>The names of the classes begin like JSON, and are none.</source>
        <translation>Die Namen der Klassen beginnen wie JSON und sind keines.</translation>
    </message>
    <message>
        <source>The names of the pixel files are given in a way that Slicelens does not read.</source>
        <translation>Die Namen der Pixeldateien sind in einer Weise angegeben, die Slicelens nicht liest.</translation>
    </message>
    <message>
        <source>The network has no layer `{name}`.</source>
        <translation>Das Netz hat keine Ebene `{name}`.</translation>
    </message>
    <message>
        <source>The normal of an oblique plane is three numbers that are not all 0.</source>
        <translation>Die Normale einer schrägen Ebene besteht aus drei Zahlen, die nicht alle 0 sind.</translation>
    </message>
    <message>
        <source>The number asked for does not exist in this series.</source>
        <translation>Die verlangte Nummer gibt es in dieser Serie nicht.</translation>
    </message>
    <message>
        <source>The old and the new model on held-out cases</source>
        <translation>Altes und neues Modell an zurückgehaltenen Fällen</translation>
    </message>
    <message>
        <source>The one slice does not say how thick it is; 1 mm stands in.</source>
        <translation>Die einzige Schicht gibt nicht an, wie dick sie ist; 1 mm ist eingesetzt.</translation>
    </message>
    <message>
        <source>The operator `{op_type}` at `{name}` has {count} {what}, which it cannot have.</source>
        <translation>Der Operator `{op_type}` bei `{name}` hat {count} {what}; so viele kann er nicht haben.</translation>
    </message>
    <message>
        <source>The other file</source>
        <translation>Die andere Datei</translation>
    </message>
    <message>
        <source>The out-of-distribution score needs the pooled features of the graph.</source>
        <translation>Das Maß für Fremdes (out of distribution) braucht die gemittelten Merkmale des Graphen.</translation>
    </message>
    <message>
        <source>The out-of-distribution statistics are not those of this model.</source>
        <translation>Die Statistik der Trainingsfälle gehört nicht zu diesem Modell.</translation>
    </message>
    <message>
        <source>The palette is shorter than its header says.</source>
        <translation>Die Farbpalette ist kürzer, als ihr Kopf angibt.</translation>
    </message>
    <message>
        <source>The palette&apos;s three tables differ in length.</source>
        <translation>Die drei Tabellen der Farbpalette sind verschieden lang.</translation>
    </message>
    <message>
        <source>The pane is copied, with the finding.</source>
        <translation>Das Bildfeld ist mit dem Befund kopiert.</translation>
    </message>
    <message>
        <source>The part that chooses has cases of one kind only for `{label}`.</source>
        <translation>Der Teil, an dem gewählt wird, hat für `{label}` nur Fälle einer Art.</translation>
    </message>
    <message>
        <source>The parts of the graph lie too deep within one another.</source>
        <translation>Die Teile des Graphen liegen zu tief ineinander.</translation>
    </message>
    <message>
        <source>The path to write to is a folder or a device, not a file.</source>
        <translation>Der Pfad, an den geschrieben werden soll, ist ein Ordner oder ein Gerät, keine Datei.</translation>
    </message>
    <message>
        <source>The patient is {age:.3g} years old; {trained}.</source>
        <translation>Der Patient ist {age:.3g} Jahre alt; {trained}.</translation>
    </message>
    <message>
        <source>The patient&apos;s right on the left (radiological)</source>
        <translation>Rechts des Patienten ist links im Bild (radiologisch)</translation>
    </message>
    <message>
        <source>The picture has more than {most:,} {what}.</source>
        <translation>Das Bild hat mehr als {most:,} {what}.</translation>
    </message>
    <message>
        <source>The picture is damaged, or stores its pixels in a way that Slicelens does not read.</source>
        <translation>Das Bild ist beschädigt oder speichert seine Pixel in einer Weise, die Slicelens nicht liest.</translation>
    </message>
    <message>
        <source>The picture is larger than the memory that may be used for it.</source>
        <translation>Das Bild ist größer als der Speicher, der dafür verwendet werden darf.</translation>
    </message>
    <message>
        <source>The picture that the model gets</source>
        <translation>Das Bild, das das Modell erhält</translation>
    </message>
    <message>
        <source>The pictures hold the patient&apos;s name and dates, as asked.</source>
        <translation>Die Bilder enthalten Namen und Daten des Patienten, wie gewünscht.</translation>
    </message>
    <message>
        <source>The pixels are compressed, but the header calls them uncompressed.</source>
        <translation>Die Pixel sind komprimiert, der Dateikopf nennt sie aber unkomprimiert.</translation>
    </message>
    <message>
        <source>The pixels could not be decoded; the file is damaged or its compression is not supported.</source>
        <translation>Die Pixel konnten nicht dekodiert werden; die Datei ist beschädigt, oder ihre Komprimierung wird nicht unterstützt.</translation>
    </message>
    <message>
        <source>The recipe of the figure cannot be used: {what}.</source>
        <translation>Das Rezept der Abbildung ist nicht brauchbar: {what}.</translation>
    </message>
    <message>
        <source>The report could not be printed into a file (is the disk full?).</source>
        <translation>Der Bericht konnte nicht in eine Datei gedruckt werden (ist der Datenträger voll?).</translation>
    </message>
    <message>
        <source>The report ends before its content does; it is probably incomplete.</source>
        <translation>Der Bericht endet vor seinem Inhalt; vermutlich ist er unvollständig.</translation>
    </message>
    <message>
        <source>The report is in the folder {folder}.</source>
        <translation>Der Bericht ist im Ordner {folder}.</translation>
    </message>
    <message>
        <source>The result could not be written there.</source>
        <translation>Das Ergebnis konnte dort nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>The same cases in other qualities</source>
        <translation>Dieselben Fälle in anderer Qualität</translation>
    </message>
    <message>
        <source>The same window, zoom and pan in all panes</source>
        <translation>Gleiche Fensterung, gleicher Zoom und Ausschnitt in allen Bildfeldern</translation>
    </message>
    <message>
        <source>The sample “{sample_id}” is not installed.</source>
        <translation>Das Beispiel „{sample_id}“ ist nicht installiert.</translation>
    </message>
    <message>
        <source>The samples do not divide evenly among the files that the header names.</source>
        <translation>Die Werte verteilen sich nicht gleichmäßig auf die Dateien, die der Kopf nennt.</translation>
    </message>
    <message>
        <source>The search was stopped; what is listed is a part of what is there.</source>
        <translation>Die Suche wurde angehalten; aufgeführt ist nur ein Teil des Vorhandenen.</translation>
    </message>
    <message>
        <source>The series does not say where its slices are in the patient, so other planes cannot be made.</source>
        <translation>Die Serie gibt nicht an, wo ihre Schichten im Patienten liegen; andere Ebenen lassen sich daher nicht berechnen.</translation>
    </message>
    <message>
        <source>The series was not analysed.</source>
        <translation>Die Serie wurde nicht analysiert.</translation>
    </message>
    <message>
        <source>The settings could not be read and begin anew. The damaged file is kept as {file}.</source>
        <translation>Die Einstellungen ließen sich nicht lesen und beginnen neu. Die beschädigte Datei ist als {file} aufgehoben.</translation>
    </message>
    <message>
        <source>The slice is grey; the model was made for colour.</source>
        <translation>Die Schicht ist grau; das Modell ist für Farbe gemacht.</translation>
    </message>
    <message>
        <source>The slice is in colour; the model was made for grey, so its luminance was used.</source>
        <translation>Die Schicht ist farbig; das Modell ist für Grau gemacht, daher wurde ihre Helligkeit verwendet.</translation>
    </message>
    <message>
        <source>The slice is {have}; the model was made for {wanted} slices.</source>
        <translation>Die Schicht ist {have}; das Modell ist gemacht für Schichten {wanted}.</translation>
    </message>
    <message>
        <source>The slice on screen</source>
        <translation>Die Schicht auf dem Bildschirm</translation>
    </message>
    <message>
        <source>The slice on screen as it would be exported</source>
        <translation>Die Schicht auf dem Bildschirm, wie sie exportiert würde</translation>
    </message>
    <message>
        <source>The slice, to draw boxes on with the mouse</source>
        <translation>Die Schicht, um mit der Maus Felder aufzuziehen</translation>
    </message>
    <message>
        <source>The slices have different rescale values, which one presentation state cannot have; name a folder.</source>
        <translation>Die Schichten haben verschiedene Rescale-Werte, was in einem Presentation State nicht geht; nennen Sie einen Ordner.</translation>
    </message>
    <message>
        <source>The slices of this series are still being read; {what} begins when all are there.</source>
        <translation>Die Schichten dieser Serie werden noch gelesen; {what} beginnt, wenn alle da sind.</translation>
    </message>
    <message>
        <source>The store of labels was damaged. It is kept as {name} in the program&apos;s data folder; a new one is used.</source>
        <translation>Der Speicher der Klassen war beschädigt. Er ist als {name} im Datenordner des Programms aufgehoben; ein neuer wird verwendet.</translation>
    </message>
    <message>
        <source>The store of measurements was damaged. It is kept as {name} in the program&apos;s data folder; a new one is used.</source>
        <translation>Der Speicher der Messungen war beschädigt. Er ist als {name} im Datenordner des Programms aufgehoben; ein neuer wird verwendet.</translation>
    </message>
    <message>
        <source>The store of {contents} was written by a newer Slicelens and is left as it is; {contents} are not saved.</source>
        <translation>Der Speicher ({contents}) wurde von einem neueren Slicelens geschrieben und bleibt, wie er ist; {contents} werden nicht gesichert.</translation>
    </message>
    <message>
        <source>The system starts no further window. Is there memory left? Close other programs, and try again.</source>
        <translation>Das System startet kein weiteres Fenster. Ist noch Speicher frei? Schließen Sie andere Programme, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The table could not be written there.</source>
        <translation>Die Tabelle konnte dort nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>The table has no row with probabilities.</source>
        <translation>Die Tabelle hat keine Zeile mit Wahrscheinlichkeiten.</translation>
    </message>
    <message>
        <source>The table has no rows.</source>
        <translation>Die Tabelle hat keine Zeilen.</translation>
    </message>
    <message>
        <source>The text beside it</source>
        <translation>Der Text daneben</translation>
    </message>
    <message>
        <source>The training program could not be started.</source>
        <translation>Das Trainingsprogramm ließ sich nicht starten.</translation>
    </message>
    <message>
        <source>The training program slicelens-train is not on this machine&apos;s PATH. It comes with a Python installation of Slicelens with its training extra, pip install &apos;slicelens[train]&apos;. Install it there, or choose the program.</source>
        <translation>Das Trainingsprogramm slicelens-train ist nicht im PATH dieses Rechners. Es kommt mit einer Python-Installation von Slicelens mit dem Zusatz für das Training, pip install &apos;slicelens[train]&apos;. Installieren Sie es dort, oder wählen Sie das Programm.</translation>
    </message>
    <message>
        <source>The training set is written. This trains on it:</source>
        <translation>Die Trainingsdaten sind geschrieben. So wird mit ihnen trainiert:</translation>
    </message>
    <message>
        <source>The truth file has no line with a label.</source>
        <translation>Die Datei mit der Wahrheit hat keine Zeile mit einer Klasse.</translation>
    </message>
    <message>
        <source>The values of every slice, and where they lie in the patient. No name and no date. Not in it: window, drawings, measurements, heatmaps.</source>
        <translation>Die Werte jeder Schicht, und wo sie im Patienten liegen. Kein Name und kein Datum. Nicht darin: Fensterung, Einzeichnungen, Messungen, Heatmaps.</translation>
    </message>
    <message>
        <source>The values of waveforms (an ECG or sound, for example) were removed; what describes them was copied.</source>
        <translation>Werte von Signalverläufen (EKG oder Ton zum Beispiel) wurden entfernt; ihre Beschreibung wurde kopiert.</translation>
    </message>
    <message>
        <source>The weight `{name}` claims {claimed} bytes and has {held}.</source>
        <translation>Das Gewicht `{name}` gibt {claimed} Bytes an und hat {held}.</translation>
    </message>
    <message>
        <source>The weight `{name}` has a type of numbers that ONNX does not have.</source>
        <translation>Das Gewicht `{name}` hat eine Art von Zahlen, die ONNX nicht kennt.</translation>
    </message>
    <message>
        <source>The weights of the graph claim more bytes than any real network has.</source>
        <translation>Die Gewichte des Graphen geben mehr Bytes an, als ein echtes Netz hat.</translation>
    </message>
    <message>
        <source>The weights of this bundle do not belong to its architecture.</source>
        <translation>Die Gewichte dieses Modellpakets gehören nicht zu seiner Architektur.</translation>
    </message>
    <message>
        <source>The wheel goes in steps; this needs a drag.</source>
        <translation>Das Rad geht in Stufen; hier muss gezogen werden.</translation>
    </message>
    <message>
        <source>The window took too long.</source>
        <translation>Das Fenster brauchte zu lange.</translation>
    </message>
    <message>
        <source>The {contents} cannot be saved: the store in the program&apos;s own data folder cannot be written.</source>
        <translation>{contents} können nicht gesichert werden: In den Speicher im Datenordner des Programms lässt sich nicht schreiben.</translation>
    </message>
    <message>
        <source>The {paths} files or folders that were open</source>
        <translation>Die {paths} Dateien oder Ordner, die offen waren,</translation>
    </message>
    <message>
        <source>There are no grey values in this region, so there is no window of it.</source>
        <translation>In diesem Bereich gibt es keine Grauwerte, also keine Fensterung davon.</translation>
    </message>
    <message>
        <source>There are no structured reports among the open files.</source>
        <translation>Unter den geöffneten Dateien sind keine strukturierten Berichte.</translation>
    </message>
    <message>
        <source>There are series 0 to {series}.</source>
        <translation>Es gibt die Serien 0 bis {series}.</translation>
    </message>
    <message>
        <source>There are slices 0 to {last} in this plane, and {phases} phase(s).</source>
        <translation>In dieser Ebene gibt es die Schichten 0 bis {last} und {phases} Phase(n).</translation>
    </message>
    <message>
        <source>There are slices 0 to {last}, and {phases} phase(s).</source>
        <translation>Es gibt die Schichten 0 bis {last} und {phases} Phase(n).</translation>
    </message>
    <message>
        <source>There is a table of that name. Add --resume to go on with it, or name another one.</source>
        <translation>Eine Tabelle dieses Namens gibt es schon. Setzen Sie sie mit --resume fort, oder nennen Sie eine andere.</translation>
    </message>
    <message>
        <source>There is no case to label.</source>
        <translation>Es gibt keinen Fall zu beschriften.</translation>
    </message>
    <message>
        <source>There is no file or folder at this path.</source>
        <translation>Unter diesem Pfad gibt es weder Datei noch Ordner.</translation>
    </message>
    <message>
        <source>There is no model `{model}`. Installed: {names}.</source>
        <translation>Es gibt kein Modell `{model}`. Installiert: {names}.</translation>
    </message>
    <message>
        <source>There is no name of a class, or one of them is empty.</source>
        <translation>Es gibt keinen Namen einer Klasse, oder einer ist leer.</translation>
    </message>
    <message>
        <source>There is no phase {phase}; this series has {phases}.</source>
        <translation>Es gibt keine Phase {phase}; diese Serie hat {phases}.</translation>
    </message>
    <message>
        <source>There is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY leads to one). With --screenshot OUT.png it works without.</source>
        <translation>Es gibt keinen Bildschirm, auf dem sich ein Fenster öffnen ließe (weder DISPLAY noch WAYLAND_DISPLAY führt zu einem). Mit --screenshot OUT.png geht es ohne.</translation>
    </message>
    <message>
        <source>There is no series in this pane to cut planes through.</source>
        <translation>In diesem Bildfeld ist keine Serie, durch die sich Ebenen legen ließen.</translation>
    </message>
    <message>
        <source>There is no structured report among the open files.</source>
        <translation>Unter den geöffneten Dateien ist kein strukturierter Bericht.</translation>
    </message>
    <message>
        <source>There is nothing in there to open.</source>
        <translation>Darin ist nichts zu öffnen.</translation>
    </message>
    <message>
        <source>There is something else at this path already.</source>
        <translation>Unter diesem Pfad liegt schon etwas anderes.</translation>
    </message>
    <message>
        <source>These pictures are in colour, and a grayscale presentation state is for grey ones alone.</source>
        <translation>Diese Bilder sind farbig, ein Graustufen-Presentation-State gilt nur für graue.</translation>
    </message>
    <message>
        <source>They answer different questions: A says {shown}, B says {shown_2}.</source>
        <translation>Sie beantworten verschiedene Fragen: A sagt {shown}, B sagt {shown_2}.</translation>
    </message>
    <message>
        <source>They decide otherwise on {count} of them.</source>
        <translation>Bei {count} davon entscheiden sie verschieden.</translation>
    </message>
    <message>
        <source>They disagree: A says {shown}, B says {shown_2}.</source>
        <translation>Sie sind uneins: A sagt {shown}, B sagt {shown_2}.</translation>
    </message>
    <message>
        <source>Thicker slab</source>
        <translation>Dickerer Slab</translation>
    </message>
    <message>
        <source>Thinner slab</source>
        <translation>Dünnerer Slab</translation>
    </message>
    <message>
        <source>This DICOM object is a report and not an image ({kind}); its text can be read beside the pictures.</source>
        <translation>Dieses DICOM-Objekt ist ein Bericht und kein Bild ({kind}); sein Text lässt sich neben den Bildern lesen.</translation>
    </message>
    <message>
        <source>This DICOM object is not an image (a report, a plan, a set of contours or the like).</source>
        <translation>Dieses DICOM-Objekt ist kein Bild (sondern ein Bericht, ein Plan, ein Satz von Konturen oder Ähnliches).</translation>
    </message>
    <message>
        <source>This DICOM object is not an image ({name}).</source>
        <translation>Dieses DICOM-Objekt ist kein Bild ({name}).</translation>
    </message>
    <message>
        <source>This architecture gives no maps, so only its own head fits it.</source>
        <translation>Diese Architektur liefert keine Karten, daher passt nur ihr eigener Kopf.</translation>
    </message>
    <message>
        <source>This architecture has more than one classifier; it cannot be used here.</source>
        <translation>Diese Architektur hat mehr als einen Klassifikator; sie lässt sich hier nicht verwenden.</translation>
    </message>
    <message>
        <source>This architecture takes no input of {size}×{size_2}.</source>
        <translation>Diese Architektur nimmt keinen Eingang von {size}×{size_2}.</translation>
    </message>
    <message>
        <source>This bundle does not say how to build its network in torch.</source>
        <translation>Dieses Modellpaket sagt nicht, wie sein Netz in torch aufzubauen ist.</translation>
    </message>
    <message>
        <source>This bundle has no weights for the torch path.</source>
        <translation>Dieses Modellpaket hat keine Gewichte für den Weg über torch.</translation>
    </message>
    <message>
        <source>This file</source>
        <translation>Diese Datei</translation>
    </message>
    <message>
        <source>This file is not among the files of the bundle.</source>
        <translation>Diese Datei ist nicht unter den Dateien des Bündels.</translation>
    </message>
    <message>
        <source>This folder is not a bundle: it has no bundle.json.</source>
        <translation>Dieser Ordner ist kein Bündel: Er hat keine bundle.json.</translation>
    </message>
    <message>
        <source>This format is one file; let the name of OUT end in {endings}.</source>
        <translation>Dieses Format ist eine einzige Datei; der Name von OUT muss auf {endings} enden.</translation>
    </message>
    <message>
        <source>This heatmap is empty, so there is nothing in it to check.</source>
        <translation>Diese Heatmap ist leer; es gibt darin nichts zu prüfen.</translation>
    </message>
    <message>
        <source>This is a CIFTI file: it holds values on the brain&apos;s surface, not slices.</source>
        <translation>Dies ist eine CIFTI-Datei: Sie enthält Werte auf der Hirnoberfläche, keine Schichten.</translation>
    </message>
    <message>
        <source>This is a device or a pipe, not a file.</source>
        <translation>Dies ist ein Gerät oder eine Pipe, keine Datei.</translation>
    </message>
    <message>
        <source>This is a folder, not a file.</source>
        <translation>Dies ist ein Ordner, keine Datei.</translation>
    </message>
    <message>
        <source>This is a link or a device; a bundle holds neither.</source>
        <translation>Dies ist ein Verweis oder ein Gerät; ein Bündel enthält beides nicht.</translation>
    </message>
    <message>
        <source>This is no table in CSV: it is not text in UTF-8.</source>
        <translation>Dies ist keine Tabelle in CSV: Es ist kein Text in UTF-8.</translation>
    </message>
    <message>
        <source>This is no table of `slicelens batch`: the column {what} is missing.</source>
        <translation>Dies ist keine Tabelle von `slicelens batch`: Die Spalte {what} fehlt.</translation>
    </message>
    <message>
        <source>This is no table of results that Slicelens wrote.</source>
        <translation>Dies ist keine Ergebnistabelle, die Slicelens geschrieben hat.</translation>
    </message>
    <message>
        <source>This is not JSON in UTF-8 without a byte order mark.</source>
        <translation>Dies ist kein JSON in UTF-8 ohne Byte Order Mark.</translation>
    </message>
    <message>
        <source>This is not a DICOM file.</source>
        <translation>Dies ist keine DICOM-Datei.</translation>
    </message>
    <message>
        <source>This is not a bundle: it has no bundle.json.</source>
        <translation>Dies ist kein Bündel: Es hat keine bundle.json.</translation>
    </message>
    <message>
        <source>This is not a format that Slicelens reads.</source>
        <translation>Dieses Format liest Slicelens nicht.</translation>
    </message>
    <message>
        <source>This is not a label that needs a threshold.</source>
        <translation>Dies ist keine Klasse, die einen Schwellenwert braucht.</translation>
    </message>
    <message>
        <source>This is not an ONNX file, or it is damaged.</source>
        <translation>Dies ist keine ONNX-Datei, oder sie ist beschädigt.</translation>
    </message>
    <message>
        <source>This is not one of the labels.</source>
        <translation>Dies ist keine der Klassen.</translation>
    </message>
    <message>
        <source>This is not valid JSON.</source>
        <translation>Dies ist kein gültiges JSON.</translation>
    </message>
    <message>
        <source>This is the image of a disc (ISO), which Slicelens does not read. Open it with your system (a double click mounts it on most) or unpack it, and open the folder.</source>
        <translation>Dies ist das Abbild eines Datenträgers (ISO), das Slicelens nicht liest. Öffnen Sie es mit Ihrem System (meist bindet ein Doppelklick es ein) oder entpacken Sie es, und öffnen Sie den Ordner.</translation>
    </message>
    <message>
        <source>This is {what}, which Slicelens does not unpack. {unpack_first}</source>
        <translation>Dies ist {what}, was Slicelens nicht entpackt. {unpack_first}</translation>
    </message>
    <message>
        <source>This key came with schema_version 2; say so there.</source>
        <translation>Dieser Schlüssel kam mit schema_version 2; sagen Sie es dort.</translation>
    </message>
    <message>
        <source>This key is not part of the contract.</source>
        <translation>Dieser Schlüssel gehört nicht zum Vertrag.</translation>
    </message>
    <message>
        <source>This key is not part of the contract; here it knows {keys}.</source>
        <translation>Dieser Schlüssel gehört nicht zum Vertrag; hier kennt er {keys}.</translation>
    </message>
    <message>
        <source>This key is required and missing: {expected}.</source>
        <translation>Dieser Schlüssel ist nötig und fehlt: {expected}.</translation>
    </message>
    <message>
        <source>This key must be a share between 0 and 1, for example 0.1.</source>
        <translation>Dieser Schlüssel muss ein Anteil zwischen 0 und 1 sein, zum Beispiel 0.1.</translation>
    </message>
    <message>
        <source>This label has no threshold.</source>
        <translation>Diese Klasse hat keinen Schwellenwert.</translation>
    </message>
    <message>
        <source>This list has {count} items, which is not the number asked for.</source>
        <translation>Diese Liste hat {count} Einträge; das ist nicht die verlangte Zahl.</translation>
    </message>
    <message>
        <source>This list needs one label (or null) for each head, or must be empty.</source>
        <translation>Diese Liste braucht eine Klasse (oder null) für jeden Kopf, oder sie muss leer sein.</translation>
    </message>
    <message>
        <source>This model came without a contract: the range of values, the size and the normalisation of its input are assumed.</source>
        <translation>Dieses Modell kam ohne Vertrag: Wertebereich, Größe und Normierung seiner Eingabe sind angenommen.</translation>
    </message>
    <message>
        <source>This model comes without a heatmap.</source>
        <translation>Dieses Modell hat keine Heatmap.</translation>
    </message>
    <message>
        <source>This model has no class maps, so there is no heatmap yet.</source>
        <translation>Dieses Modell hat keine Klassenkarten, daher gibt es noch keine Heatmap.</translation>
    </message>
    <message>
        <source>This model has no class maps. `--method occlusion` does without.</source>
        <translation>Dieses Modell hat keine Klassenkarten. `--method occlusion` kommt ohne sie aus.</translation>
    </message>
    <message>
        <source>This model&apos;s graph gives probabilities itself, so no temperature can be applied.</source>
        <translation>Der Graph dieses Modells gibt selbst Wahrscheinlichkeiten aus, daher lässt sich keine Temperatur anwenden.</translation>
    </message>
    <message>
        <source>This model&apos;s graph has no class maps.</source>
        <translation>Der Graph dieses Modells hat keine Klassenkarten.</translation>
    </message>
    <message>
        <source>This must be a finite number.</source>
        <translation>Dies muss eine endliche Zahl sein.</translation>
    </message>
    <message>
        <source>This must be a number.</source>
        <translation>Dies muss eine Zahl sein.</translation>
    </message>
    <message>
        <source>This must be a whole number.</source>
        <translation>Dies muss eine ganze Zahl sein.</translation>
    </message>
    <message>
        <source>This must be at least {least}.</source>
        <translation>Dies muss mindestens {least} sein.</translation>
    </message>
    <message>
        <source>This must be at most {most}.</source>
        <translation>Dies darf höchstens {most} sein.</translation>
    </message>
    <message>
        <source>This must be greater than {least}.</source>
        <translation>Dies muss größer als {least} sein.</translation>
    </message>
    <message>
        <source>This must be less than {most}.</source>
        <translation>Dies muss kleiner als {most} sein.</translation>
    </message>
    <message>
        <source>This must be null, or a label of an earlier head.</source>
        <translation>Dies muss null sein oder eine Klasse eines früheren Kopfes.</translation>
    </message>
    <message>
        <source>This must be text.</source>
        <translation>Dies muss Text sein.</translation>
    </message>
    <message>
        <source>This must be true or false.</source>
        <translation>Dies muss true oder false sein.</translation>
    </message>
    <message>
        <source>This must be {expected}.</source>
        <translation>Dies muss {expected} sein.</translation>
    </message>
    <message>
        <source>This name would lead out of the bundle, or is not portable.</source>
        <translation>Dieser Name würde aus dem Bündel hinausführen oder gilt nicht auf jedem System.</translation>
    </message>
    <message>
        <source>This report has no content ({kind}).</source>
        <translation>Dieser Bericht hat keinen Inhalt ({kind}).</translation>
    </message>
    <message>
        <source>This series has phases 0 to {phases}.</source>
        <translation>Diese Serie hat die Phasen 0 bis {phases}.</translation>
    </message>
    <message>
        <source>This series has slices 0 to {slices}.</source>
        <translation>Diese Serie hat die Schichten 0 bis {slices}.</translation>
    </message>
    <message>
        <source>This series is not DICOM, so no DICOM report can refer to it: export JSON or CSV instead.</source>
        <translation>Diese Serie ist nicht DICOM, daher kann kein DICOM-Bericht auf sie verweisen: Exportieren Sie stattdessen JSON oder CSV.</translation>
    </message>
    <message>
        <source>This series is not DICOM, so no presentation state can refer to it; export pictures instead.</source>
        <translation>Diese Serie ist nicht DICOM, daher kann kein Presentation State auf sie verweisen; exportieren Sie stattdessen Bilder.</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>Diese Schicht</translation>
    </message>
    <message>
        <source>This slice holds no values that a model could read.</source>
        <translation>Diese Schicht enthält keine Werte, die ein Modell lesen könnte.</translation>
    </message>
    <message>
        <source>This table cannot go on: its job file ({name}) is not beside it. {others}</source>
        <translation>Diese Tabelle lässt sich nicht fortsetzen: Ihre Auftragsdatei ({name}) liegt nicht daneben. {others}</translation>
    </message>
    <message>
        <source>This table has other columns than the one that would go on here.</source>
        <translation>Diese Tabelle hat andere Spalten als die, die hier fortgesetzt würde.</translation>
    </message>
    <message>
        <source>This table holds other labels than the bundle, so the card is not beside these figures.</source>
        <translation>Diese Tabelle enthält andere Klassen als das Modellpaket; darum steht die Karte nicht neben diesen Zahlen.</translation>
    </message>
    <message>
        <source>This table was begun {what}. {others}</source>
        <translation>Diese Tabelle wurde begonnen {what}. {others}</translation>
    </message>
    <message>
        <source>This text does not have the form that is asked for here.</source>
        <translation>Dieser Text hat nicht die Form, die hier verlangt ist.</translation>
    </message>
    <message>
        <source>This value does not have the form that is asked for here.</source>
        <translation>Dieser Wert hat nicht die Form, die hier verlangt ist.</translation>
    </message>
    <message>
        <source>Those first about which models disagree</source>
        <translation>Zuerst die, über die Modelle uneins sind</translation>
    </message>
    <message>
        <source>Those first of which the model is least sure</source>
        <translation>Zuerst die, bei denen das Modell am unsichersten ist</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Threshold and cases</source>
        <translation>Schwelle und Fälle</translation>
    </message>
    <message>
        <source>Time of the first volume</source>
        <translation>Zeit des ersten Volumens</translation>
    </message>
    <message>
        <source>To black out text in the pixels, show a slice as it was acquired, and come back.</source>
        <translation>Um Text in den Pixeln zu schwärzen, zeigen Sie eine Schicht, wie sie aufgenommen wurde, und kommen Sie wieder.</translation>
    </message>
    <message>
        <source>Too few cases to conclude anything: {cases}, of which at least {least} are needed, and {of_label} with and without each label. The figures say how these cases went, no more.</source>
        <translation>Zu wenige Fälle, um etwas zu schließen: {cases}; nötig sind mindestens {least}, und {of_label} mit und ohne jede Klasse. Die Zahlen sagen, wie es bei diesen Fällen war, nicht mehr.</translation>
    </message>
    <message>
        <source>Too few cases: the part that chooses and the part that judges need {least} each, and {of_label} with and without each label. There are {chooses} and {judges}.</source>
        <translation>Zu wenige Fälle: Der Teil, an dem gewählt wird, und der, an dem beurteilt wird, brauchen je {least}, und je {of_label} mit und ohne jede Klasse. Es sind {chooses} und {judges}.</translation>
    </message>
    <message>
        <source>Toolbar</source>
        <translation>Symbolleiste</translation>
    </message>
    <message>
        <source>Toolbar: icons, with names, none</source>
        <translation>Symbolleiste: Symbole, mit Namen, keine</translation>
    </message>
    <message>
        <source>Torch runs in Slicelens itself: only for models that came with it, or that models.allow names.</source>
        <translation>Torch läuft in Slicelens selbst: nur für mitgelieferte Modelle oder solche, die models.allow nennt.</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Trainieren</translation>
    </message>
    <message>
        <source>Train on these cases</source>
        <translation>An diesen Fällen trainieren</translation>
    </message>
    <message>
        <source>Train on these…</source>
        <translation>Daran trainieren…</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>Trainiert an</translation>
    </message>
    <message>
        <source>Transfer syntax</source>
        <translation>Transfersyntax</translation>
    </message>
    <message>
        <source>Truth (rows) and decision (columns)</source>
        <translation>Wahrheit (Zeilen) und Entscheidung (Spalten)</translation>
    </message>
    <message>
        <source>Truth files (*.csv);;All files (*)</source>
        <translation>Wahrheitsdateien (*.csv);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Truth in rows, the model&apos;s own decisions in columns</source>
        <translation>Die Wahrheit in Zeilen, die Entscheidungen des Modells in Spalten</translation>
    </message>
    <message>
        <source>Try another slice. An honest model that is slow gets more with --time-limit at the start.</source>
        <translation>Versuchen Sie eine andere Schicht. Ein seriöses Modell, das langsam ist, bekommt beim Start mit --time-limit mehr Zeit.</translation>
    </message>
    <message>
        <source>Try another slice. If it stays so, tell the model&apos;s authors.</source>
        <translation>Versuchen Sie eine andere Schicht. Bleibt es dabei, sagen Sie es den Autoren des Modells.</translation>
    </message>
    <message>
        <source>Try once more. If it stays so, tell us which kind of file it was.</source>
        <translation>Versuchen Sie es noch einmal. Bleibt es dabei, teilen Sie uns mit, welche Art von Datei es war.</translation>
    </message>
    <message>
        <source>Trying the model</source>
        <translation>Das Modell wird ausprobiert</translation>
    </message>
    <message>
        <source>Turn</source>
        <translation>Drehen</translation>
    </message>
    <message>
        <source>Turn the planes</source>
        <translation>Die Ebenen drehen</translation>
    </message>
    <message>
        <source>Turn the projection; the wheel by 5°</source>
        <translation>Die Projektion drehen; das Rad um 5°</translation>
    </message>
    <message>
        <source>Turned on screen</source>
        <translation>Auf dem Bildschirm gedreht</translation>
    </message>
    <message>
        <source>Two</source>
        <translation>Zwei</translation>
    </message>
    <message>
        <source>Two labels have the same name.</source>
        <translation>Zwei Klassen haben denselben Namen.</translation>
    </message>
    <message>
        <source>Two of the classes have the same name.</source>
        <translation>Zwei der Klassen heißen gleich.</translation>
    </message>
    <message>
        <source>Two panes side by side (1 × 2)</source>
        <translation>Zwei Bildfelder nebeneinander (1 × 2)</translation>
    </message>
    <message>
        <source>Two panes, one above the other (2 × 1)</source>
        <translation>Zwei Bildfelder übereinander (2 × 1)</translation>
    </message>
    <message>
        <source>Two parts of the graph compute the value `{name}`.</source>
        <translation>Zwei Teile des Graphen berechnen den Wert `{name}`.</translation>
    </message>
    <message>
        <source>Two shapes of the file have the same `uid`.</source>
        <translation>Zwei Formen der Datei haben dieselbe `uid`.</translation>
    </message>
    <message>
        <source>Two {what} of the graph have the same name.</source>
        <translation>Zwei {what} des Graphen haben denselben Namen.</translation>
    </message>
    <message>
        <source>UIDs as they are</source>
        <translation>UIDs, wie sie sind</translation>
    </message>
    <message>
        <source>Ultrasound in colour, 120 frames in one compressed DICOM file.</source>
        <translation>Farb-Ultraschall, 120 Bilder in einer komprimierten DICOM-Datei.</translation>
    </message>
    <message>
        <source>Uncertain</source>
        <translation>Unsicher</translation>
    </message>
    <message>
        <source>Uncompressed {photometric} is not read.</source>
        <translation>Unkomprimiertes {photometric} wird nicht gelesen.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Unfold</source>
        <translation>Aufklappen</translation>
    </message>
    <message>
        <source>Units</source>
        <translation>Einheiten</translation>
    </message>
    <message>
        <source>Unlike what it was trained on</source>
        <translation>Den Trainingsfällen unähnlich</translation>
    </message>
    <message>
        <source>Unpack and open</source>
        <translation>Entpacken und öffnen</translation>
    </message>
    <message>
        <source>Unpack it with another program, and open what comes out of it.</source>
        <translation>Entpacken Sie es mit einem anderen Programm, und öffnen Sie, was herauskommt.</translation>
    </message>
    <message>
        <source>Unpack the archive yourself and open the folder.</source>
        <translation>Entpacken Sie das Archiv selbst, und öffnen Sie den Ordner.</translation>
    </message>
    <message>
        <source>Unpack the chosen ones</source>
        <translation>Ausgewählte entpacken</translation>
    </message>
    <message>
        <source>Unpack?</source>
        <translation>Entpacken?</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Use my local operating point</source>
        <translation>Meinen örtlichen Arbeitspunkt verwenden</translation>
    </message>
    <message>
        <source>Use the heatmap of the bundle&apos;s own layer, or install the full edition.</source>
        <translation>Verwenden Sie die Heatmap der Ebene, die das Modellpaket vorsieht, oder installieren Sie die volle Ausgabe.</translation>
    </message>
    <message>
        <source>Use the model that is offered</source>
        <translation>Das angebotene Modell verwenden</translation>
    </message>
    <message>
        <source>Use the new model now</source>
        <translation>Das neue Modell jetzt verwenden</translation>
    </message>
    <message>
        <source>Use this gesture</source>
        <translation>Diese Geste verwenden</translation>
    </message>
    <message>
        <source>Use this key</source>
        <translation>Diese Taste verwenden</translation>
    </message>
    <message>
        <source>Use without saving</source>
        <translation>Ohne Speichern verwenden</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>View › Reports among the files lists them</source>
        <translation>Ansicht › Berichte unter den Dateien führt sie auf</translation>
    </message>
    <message>
        <source>Weak map</source>
        <translation>Schwache Karte</translation>
    </message>
    <message>
        <source>Weak: {first}, and {second}.</source>
        <translation>Schwach: {first}, und {second}.</translation>
    </message>
    <message>
        <source>Weak: {reason}.</source>
        <translation>Schwach: {reason}.</translation>
    </message>
    <message>
        <source>Weights: {weights_licence}</source>
        <translation>Gewichte: {weights_licence}</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>What are the classes called? ({named})</source>
        <translation>Wie heißen die Klassen? ({named})</translation>
    </message>
    <message>
        <source>What are the scores that it answers with?</source>
        <translation>Was für Werte sind seine Antworten?</translation>
    </message>
    <message>
        <source>What became of it</source>
        <translation>Was daraus wurde</translation>
    </message>
    <message>
        <source>What completes the model must be one JSON object, as bundle.json is one.</source>
        <translation>Was das Modell ergänzt, muss ein JSON-Objekt sein, wie bundle.json eines ist.</translation>
    </message>
    <message>
        <source>What each superpixel adds to the score, from hundreds of mixes. Seconds.</source>
        <translation>Was jedes Superpixel zum Wert beiträgt, aus Hunderten von Mischungen. Sekunden.</translation>
    </message>
    <message>
        <source>What is assumed</source>
        <translation>Was angenommen wird</translation>
    </message>
    <message>
        <source>What is drawn for the intervals</source>
        <translation>Was für die Intervalle gezogen wird</translation>
    </message>
    <message>
        <source>What is open is no longer kept; the file is deleted.</source>
        <translation>Das Geöffnete wird nicht mehr gemerkt; die Datei ist gelöscht.</translation>
    </message>
    <message>
        <source>What is scored</source>
        <translation>Was bewertet wird</translation>
    </message>
    <message>
        <source>What it answers so far</source>
        <translation>Was es bisher antwortet</translation>
    </message>
    <message>
        <source>What it gets of the slice (of a phantom, without one)</source>
        <translation>Was es von der Schicht erhält (ohne Schicht: von einem Phantom)</translation>
    </message>
    <message>
        <source>What it is for</source>
        <translation>Wozu es dient</translation>
    </message>
    <message>
        <source>What it is for, what it was trained on, its figures and limits</source>
        <translation>Wozu es dient, woran es trainiert wurde, seine Kennzahlen und Grenzen</translation>
    </message>
    <message>
        <source>What it is not for</source>
        <translation>Wozu es nicht dient</translation>
    </message>
    <message>
        <source>What it was trained on, for whom, and how well it does are not known.</source>
        <translation>Womit und für wen es trainiert wurde und wie gut es ist, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>What stays</source>
        <translation>Was bleibt</translation>
    </message>
    <message>
        <source>What the decision says</source>
        <translation>Was die Entscheidung sagt</translation>
    </message>
    <message>
        <source>What the graph says</source>
        <translation>Was der Graph sagt</translation>
    </message>
    <message>
        <source>What the model answers</source>
        <translation>Was das Modell antwortet</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>Was das Modell gesehen hat</translation>
    </message>
    <message>
        <source>What the score loses while parts are covered, one after another. Seconds.</source>
        <translation>Was der Wert verliert, während Teile nacheinander verdeckt werden. Sekunden.</translation>
    </message>
    <message>
        <source>What was copied does not fit on this slice.</source>
        <translation>Das Kopierte passt nicht auf diese Schicht.</translation>
    </message>
    <message>
        <source>What was done is kept</source>
        <translation>Was fertig ist, bleibt</translation>
    </message>
    <message>
        <source>What was open last is damaged and cannot be brought back. The file is kept as {path}; a new one is begun.</source>
        <translation>Was zuletzt offen war, ist beschädigt und lässt sich nicht wiederherstellen. Die Datei ist als {path} aufgehoben; eine neue ist begonnen.</translation>
    </message>
    <message>
        <source>What was opened and skipped</source>
        <translation>Was geöffnet und was übergangen wurde</translation>
    </message>
    <message>
        <source>What was opened, what was skipped and why</source>
        <translation>Was geöffnet wurde, was übergangen wurde und warum</translation>
    </message>
    <message>
        <source>What you can do</source>
        <translation>Was Sie tun können</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Mausrad</translation>
    </message>
    <message>
        <source>Where it comes from</source>
        <translation>Woher es kommt</translation>
    </message>
    <message>
        <source>Where the model looked, not the outline of a lesion.</source>
        <translation>Wohin das Modell gesehen hat, nicht der Umriss einer Läsion.</translation>
    </message>
    <message>
        <source>Which modalities is it for? (DICOM codes; none: any)</source>
        <translation>Für welche Modalitäten ist es? (DICOM-Kürzel; leer: alle)</translation>
    </message>
    <message>
        <source>Which of them says that nothing was found?</source>
        <translation>Welche sagt, dass nichts gefunden wurde?</translation>
    </message>
    <message>
        <source>Which regions raised the score, from the network&apos;s last maps. At once.</source>
        <translation>Welche Bereiche den Wert erhöht haben, aus den letzten Karten des Netzes. Sofort.</translation>
    </message>
    <message>
        <source>Which values does it expect?</source>
        <translation>Welche Werte erwartet es?</translation>
    </message>
    <message>
        <source>Which values of a slice become the ends of these?</source>
        <translation>Welche Werte einer Schicht werden zu deren Enden?</translation>
    </message>
    <message>
        <source>Why does it look like this?</source>
        <translation>Warum sieht es so aus?</translation>
    </message>
    <message>
        <source>Why the slice looks as it does</source>
        <translation>Warum die Schicht so aussieht</translation>
    </message>
    <message>
        <source>Width of the window</source>
        <translation>Breite der Fensterung</translation>
    </message>
    <message>
        <source>Window (contrast)</source>
        <translation>Fensterung (Kontrast)</translation>
    </message>
    <message>
        <source>Window of a region: drag a rectangle over it (Ctrl+drag does it at any time)</source>
        <translation>Fensterung eines Bereichs: ein Rechteck darüber aufziehen (Strg+Ziehen geht jederzeit)</translation>
    </message>
    <message>
        <source>Window of the region in the rectangle</source>
        <translation>Fensterung des Bereichs im Rechteck</translation>
    </message>
    <message>
        <source>Window of the region: {low} to {high}{units}, the 0.5 to 99.5 percentile of {values} values</source>
        <translation>Fensterung des Bereichs: {low} bis {high}{units}, das 0,5. bis 99,5. Perzentil von {values} Werten</translation>
    </message>
    <message>
        <source>Window on screen</source>
        <translation>Fensterung auf dem Bildschirm</translation>
    </message>
    <message>
        <source>Window to begin with</source>
        <translation>Anfängliche Fensterung</translation>
    </message>
    <message>
        <source>Window: right is wider, up is brighter</source>
        <translation>Fensterung: rechts ist breiter, oben ist heller</translation>
    </message>
    <message>
        <source>With the heatmap of the model</source>
        <translation>Mit der Heatmap des Modells</translation>
    </message>
    <message>
        <source>With the measurements</source>
        <translation>Mit den Messungen</translation>
    </message>
    <message>
        <source>With the model</source>
        <translation>Mit dem Modell</translation>
    </message>
    <message>
        <source>With the texts of the corners</source>
        <translation>Mit den Texten in den Ecken</translation>
    </message>
    <message>
        <source>Without asking, Slicelens unpacks up to {limit}.</source>
        <translation>Ohne Nachfrage entpackt Slicelens bis zu {limit}.</translation>
    </message>
    <message>
        <source>Without patient data</source>
        <translation>Ohne Patientendaten</translation>
    </message>
    <message>
        <source>Without the model</source>
        <translation>Ohne das Modell</translation>
    </message>
    <message>
        <source>Words of descriptions that name nobody</source>
        <translation>Worte der Beschreibungen, die niemanden nennen</translation>
    </message>
    <message>
        <source>Write the figure as</source>
        <translation>Abbildung schreiben als</translation>
    </message>
    <message>
        <source>Writing captures</source>
        <translation>Aufnahmen werden geschrieben</translation>
    </message>
    <message>
        <source>Writing presentation states</source>
        <translation>Presentation States werden geschrieben</translation>
    </message>
    <message>
        <source>Writing the figure</source>
        <translation>Abbildung wird geschrieben</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>Bericht wird geschrieben</translation>
    </message>
    <message>
        <source>Yellow</source>
        <translation>Gelb</translation>
    </message>
    <message>
        <source>Youden (sensitivity + specificity)</source>
        <translation>Youden (Sensitivität + Spezifität)</translation>
    </message>
    <message>
        <source>Your own answer</source>
        <translation>Ihre eigene Antwort</translation>
    </message>
    <message>
        <source>Your remark</source>
        <translation>Ihre Bemerkung</translation>
    </message>
    <message>
        <source>Zoom at the cursor</source>
        <translation>Zoom um den Mauszeiger</translation>
    </message>
    <message>
        <source>Zoom {zoom} %</source>
        <translation>Zoom {zoom} %</translation>
    </message>
    <message>
        <source>`slice`, `phase` and `points` must be numbers</source>
        <translation>`slice`, `phase` und `points` müssen Zahlen sein</translation>
    </message>
    <message>
        <source>`{name}` beside the model cannot be read.</source>
        <translation>`{name}` neben dem Modell lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>`{name}` beside the model is a link. Put the file itself there.</source>
        <translation>`{name}` neben dem Modell ist ein Verweis. Legen Sie die Datei selbst dorthin.</translation>
    </message>
    <message>
        <source>`{name}` beside the model is shorter than the graph says.</source>
        <translation>`{name}` neben dem Modell ist kürzer, als der Graph sagt.</translation>
    </message>
    <message>
        <source>`{name}` in the archive is damaged or encrypted.</source>
        <translation>`{name}` im Archiv ist beschädigt oder verschlüsselt.</translation>
    </message>
    <message>
        <source>`{name}` is larger than any real file of its kind.</source>
        <translation>`{name}` ist größer als jede echte Datei dieser Art.</translation>
    </message>
    <message>
        <source>`{name}` is not the file that the contract names.</source>
        <translation>`{name}` ist nicht die Datei, die der Vertrag nennt.</translation>
    </message>
    <message numerus="yes">
        <source>`{name}`, %n number(s)</source>
        <translation>
            <numerusform>`{name}`, %n Zahl</numerusform>
            <numerusform>`{name}`, %n Zahlen</numerusform>
        </translation>
    </message>
    <message>
        <source>a blob in the middle says as much</source>
        <translation>ein Fleck in der Bildmitte sagt ebenso viel</translation>
    </message>
    <message>
        <source>a drawing in the bits of the pixels cannot be read and is not shown</source>
        <translation>eine Zeichnung in den Bits der Pixel lässt sich nicht lesen und wird nicht gezeigt</translation>
    </message>
    <message>
        <source>a drawing over the pixels is damaged and not shown</source>
        <translation>eine Zeichnung über den Pixeln ist beschädigt und wird nicht gezeigt</translation>
    </message>
    <message>
        <source>a freehand outline has 3 to {most} points, not {count}</source>
        <translation>eine Freihandlinie hat 3 bis {most} Punkte, nicht {count}</translation>
    </message>
    <message>
        <source>a graph does not name them</source>
        <translation>ein Graph nennt sie nicht</translation>
    </message>
    <message>
        <source>a graph does not say how a slice came to its size</source>
        <translation>ein Graph sagt nicht, wie eine Schicht zu ihrer Größe kam</translation>
    </message>
    <message>
        <source>a graph does not say what it was trained on</source>
        <translation>ein Graph sagt nicht, woran er trainiert wurde</translation>
    </message>
    <message>
        <source>a graph does not say which values it was trained on</source>
        <translation>ein Graph sagt nicht, mit welchen Werten er trainiert wurde</translation>
    </message>
    <message>
        <source>a half turn</source>
        <translation>halbe Drehung</translation>
    </message>
    <message>
        <source>a list of {items}</source>
        <translation>eine Liste: {items}</translation>
    </message>
    <message>
        <source>a mosaic of slices whose private header is missing or damaged, shown as one picture</source>
        <translation>ein Mosaik aus Schichten, dessen privater Kopf fehlt oder beschädigt ist, als ein Bild gezeigt</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>eine Zahl</translation>
    </message>
    <message>
        <source>a picture</source>
        <translation>ein Bild</translation>
    </message>
    <message>
        <source>a picture says nothing in millimetres; its dots per inch are for printing</source>
        <translation>ein Bild sagt nichts über Millimeter; seine Punkte je Zoll gelten dem Druck</translation>
    </message>
    <message>
        <source>a point is not finite</source>
        <translation>ein Punkt ist nicht endlich</translation>
    </message>
    <message>
        <source>a quarter turn to the left</source>
        <translation>Vierteldrehung nach links</translation>
    </message>
    <message>
        <source>a quarter turn to the right</source>
        <translation>Vierteldrehung nach rechts</translation>
    </message>
    <message>
        <source>a real difference</source>
        <translation>ein echter Unterschied</translation>
    </message>
    <message>
        <source>a rescale has no meaning for colour</source>
        <translation>ein Rescale hat bei Farbe keine Bedeutung</translation>
    </message>
    <message>
        <source>a slice</source>
        <translation>eine Schicht</translation>
    </message>
    <message>
        <source>a table of {entries} entries from {first}</source>
        <translation>eine Tabelle mit {entries} Einträgen ab {first}</translation>
    </message>
    <message>
        <source>a table of {entries} entries from {first}{named}</source>
        <translation>eine Tabelle mit {entries} Einträgen ab {first}{named}</translation>
    </message>
    <message>
        <source>a unit of length is not known, taken as millimetres</source>
        <translation>eine Längeneinheit ist unbekannt, als Millimeter genommen</translation>
    </message>
    <message>
        <source>a value</source>
        <translation>ein Wert</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>eine ganze Zahl</translation>
    </message>
    <message>
        <source>a window of CT</source>
        <translation>eine CT-Fensterung</translation>
    </message>
    <message>
        <source>a {kind}</source>
        <translation>{kind}</translation>
    </message>
    <message>
        <source>a {modality} slice</source>
        <translation>eine {modality}-Schicht</translation>
    </message>
    <message>
        <source>a {part} {kind}</source>
        <translation>{kind} ({part})</translation>
    </message>
    <message numerus="yes">
        <source>a {type} has {wanted} point(s), not {count}</source>
        <translation>
            <numerusform>die Form „{type}“ hat {wanted} Punkt, nicht {count}</numerusform>
            <numerusform>die Form „{type}“ hat {wanted} Punkte, nicht {count}</numerusform>
        </translation>
    </message>
    <message>
        <source>abdomen</source>
        <translation>Abdomen</translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>acquired</source>
        <translation>aufgenommen</translation>
    </message>
    <message>
        <source>acquisition contrast</source>
        <translation>Aufnahmekontrast</translation>
    </message>
    <message>
        <source>acquisition number</source>
        <translation>Aufnahmenummer</translation>
    </message>
    <message>
        <source>acquisition time</source>
        <translation>Aufnahmezeit</translation>
    </message>
    <message>
        <source>acquisition {value:g}</source>
        <translation>Aufnahme {value:g}</translation>
    </message>
    <message>
        <source>activation</source>
        <translation>Aktivierung</translation>
    </message>
    <message>
        <source>age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>all cases</source>
        <translation>alle Fälle</translation>
    </message>
    <message>
        <source>all cases of a person together</source>
        <translation>alle Fälle einer Person zusammen</translation>
    </message>
    <message>
        <source>along the slice axis of the grid</source>
        <translation>entlang der Schichtachse des Gitters</translation>
    </message>
    <message>
        <source>an object whose `{key}` is {kinds}</source>
        <translation>ein Objekt, dessen `{key}` {kinds} ist</translation>
    </message>
    <message>
        <source>an object with keys</source>
        <translation>ein Objekt mit Schlüsseln</translation>
    </message>
    <message>
        <source>an object with the keys {keys}</source>
        <translation>ein Objekt mit den Schlüsseln {keys}</translation>
    </message>
    <message>
        <source>an {modality} slice</source>
        <translation>eine {modality}-Schicht</translation>
    </message>
    <message numerus="yes">
        <source>and %n more reason(s), below</source>
        <translation>
            <numerusform>und %n weiterer Grund, unten</numerusform>
            <numerusform>und %n weitere Gründe, unten</numerusform>
        </translation>
    </message>
    <message>
        <source>angiogram</source>
        <translation>Angiogramm</translation>
    </message>
    <message>
        <source>another study</source>
        <translation>andere Studie</translation>
    </message>
    <message>
        <source>any body part</source>
        <translation>jeder Körperteil</translation>
    </message>
    <message>
        <source>any modality</source>
        <translation>jede Modalität</translation>
    </message>
    <message>
        <source>any; for example CR, DX</source>
        <translation>beliebig; zum Beispiel CR, DX</translation>
    </message>
    <message>
        <source>anywhere in this window. ZIP archives and discs with a DICOMDIR work too.</source>
        <translation>irgendwo in diesem Fenster. ZIP-Archive und Datenträger mit DICOMDIR gehen auch.</translation>
    </message>
    <message>
        <source>as given</source>
        <translation>wie gegeben</translation>
    </message>
    <message>
        <source>as labels of</source>
        <translation>als Klassen von</translation>
    </message>
    <message>
        <source>as the file says</source>
        <translation>wie die Datei angibt</translation>
    </message>
    <message>
        <source>at detector</source>
        <translation>am Detektor</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>axial</translation>
    </message>
    <message>
        <source>b value</source>
        <translation>b-Wert</translation>
    </message>
    <message>
        <source>b {value:g}</source>
        <translation>b {value:g}</translation>
    </message>
    <message>
        <source>being read</source>
        <translation>wird gelesen</translation>
    </message>
    <message>
        <source>below the threshold</source>
        <translation>unter der Schwelle</translation>
    </message>
    <message>
        <source>below {limit}</source>
        <translation>unter {limit}</translation>
    </message>
    <message>
        <source>between</source>
        <translation>dazwischen</translation>
    </message>
    <message>
        <source>big endian</source>
        <translation>Big Endian</translation>
    </message>
    <message>
        <source>birth date</source>
        <translation>Geburtsdatum</translation>
    </message>
    <message>
        <source>bits stored is missing or wrong; all allocated bits are used</source>
        <translation>die Zahl der gespeicherten Bits fehlt oder ist falsch; alle belegten Bits werden benutzt</translation>
    </message>
    <message>
        <source>body part</source>
        <translation>Körperteil</translation>
    </message>
    <message>
        <source>brain</source>
        <translation>Gehirn</translation>
    </message>
    <message>
        <source>breast</source>
        <translation>Brust</translation>
    </message>
    <message>
        <source>bright and dark are exchanged on screen</source>
        <translation>hell und dunkel sind auf dem Bildschirm vertauscht</translation>
    </message>
    <message>
        <source>by letters alone</source>
        <translation>nur nach Buchstaben</translation>
    </message>
    <message>
        <source>by number</source>
        <translation>nach Nummer</translation>
    </message>
    <message>
        <source>by place in the mosaic, along the normal of the slices</source>
        <translation>nach dem Platz im Mosaik, entlang der Normalen der Schichten</translation>
    </message>
    <message>
        <source>by position along the normal of the slices</source>
        <translation>nach der Position entlang der Normalen der Schichten</translation>
    </message>
    <message>
        <source>cal_min, cal_max</source>
        <translation>cal_min, cal_max</translation>
    </message>
    <message>
        <source>calibrated</source>
        <translation>kalibriert</translation>
    </message>
    <message>
        <source>calibration error</source>
        <translation>Kalibrierungsfehler</translation>
    </message>
    <message>
        <source>calibration error {ece_before:.3f} before, {ece_after:.3f} after</source>
        <translation>Kalibrierungsfehler {ece_before:.3f} vorher, {ece_after:.3f} nachher</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>nicht lesbar</translation>
    </message>
    <message>
        <source>cannot tell</source>
        <translation>nicht zu sagen</translation>
    </message>
    <message>
        <source>card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>cardiac percentage</source>
        <translation>Anteil am Herzschlag</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>Zentrum</translation>
    </message>
    <message>
        <source>centre {centre:g}, width {width:g}, {value}</source>
        <translation>Zentrum {centre:g}, Breite {width:g}, {value}</translation>
    </message>
    <message>
        <source>centre {centre:g}, width {width:g}, {value}{named}</source>
        <translation>Zentrum {centre:g}, Breite {width:g}, {value}{named}</translation>
    </message>
    <message>
        <source>channels, rows, columns</source>
        <translation>Kanäle, Zeilen, Spalten</translation>
    </message>
    <message>
        <source>chest</source>
        <translation>Thorax</translation>
    </message>
    <message>
        <source>chosen here</source>
        <translation>hier gewählt</translation>
    </message>
    <message>
        <source>chosen here; Esc brings it back</source>
        <translation>hier gewählt; Esc nimmt es zurück</translation>
    </message>
    <message>
        <source>chosen here; key 1 brings the file&apos;s own back</source>
        <translation>hier gewählt; Taste 1 bringt die der Datei zurück</translation>
    </message>
    <message>
        <source>chosen here; key I</source>
        <translation>hier gewählt; Taste I</translation>
    </message>
    <message>
        <source>coarse: what it decides by</source>
        <translation>grob: wonach es entscheidet</translation>
    </message>
    <message>
        <source>code {known}</source>
        <translation>Code {known}</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>colour pictures have no window</source>
        <translation>Farbbilder haben keine Fensterung</translation>
    </message>
    <message>
        <source>colours as they are</source>
        <translation>Farben, wie sie sind</translation>
    </message>
    <message>
        <source>columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>complete</source>
        <translation>vollständig</translation>
    </message>
    <message>
        <source>complex values: the first phase is their magnitude, the second their angle in radians</source>
        <translation>komplexe Werte: die erste Phase ist ihr Betrag, die zweite ihr Winkel im Bogenmaß</translation>
    </message>
    <message>
        <source>complex values: the first {phases} phases are their magnitudes, the others their angles in radians</source>
        <translation>komplexe Werte: die ersten {phases} Phasen sind ihre Beträge, die anderen ihre Winkel im Bogenmaß</translation>
    </message>
    <message>
        <source>component</source>
        <translation>Komponente</translation>
    </message>
    <message>
        <source>content time</source>
        <translation>Zeit des Inhalts</translation>
    </message>
    <message>
        <source>contrast agent</source>
        <translation>Kontrastmittel</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>koronal</translation>
    </message>
    <message>
        <source>correction</source>
        <translation>Korrektur</translation>
    </message>
    <message>
        <source>cut from the middle</source>
        <translation>aus der Mitte geschnitten</translation>
    </message>
    <message>
        <source>cut to {crop_columns} × {crop_rows}</source>
        <translation>zugeschnitten auf {crop_columns} × {crop_rows}</translation>
    </message>
    <message>
        <source>datatype</source>
        <translation>Datentyp</translation>
    </message>
    <message>
        <source>datatype, and the header&apos;s byte order</source>
        <translation>Datentyp und Bytefolge des Dateikopfs</translation>
    </message>
    <message>
        <source>description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>diffusion directionality</source>
        <translation>Gerichtetheit der Diffusion</translation>
    </message>
    <message>
        <source>dim_info names axis {axis} as the slice axis</source>
        <translation>dim_info nennt Achse {axis} als Schichtachse</translation>
    </message>
    <message>
        <source>dim_info names no slice axis: the one that is much coarser than the others, else that of axial slices</source>
        <translation>dim_info nennt keine Schichtachse: die deutlich gröbere, sonst die axialer Schichten</translation>
    </message>
    <message>
        <source>dimension index</source>
        <translation>Dimensionsindex</translation>
    </message>
    <message>
        <source>dimension index {value:g}</source>
        <translation>Dimensionsindex {value:g}</translation>
    </message>
    <message>
        <source>distances of the slices&apos; Image Position (Patient){unused}</source>
        <translation>Abstände der Image Position (Patient) der Schichten{unused}</translation>
    </message>
    <message>
        <source>each case for itself</source>
        <translation>jeder Fall für sich</translation>
    </message>
    <message>
        <source>each file names a {name} of its own, as some de-identifiers leave it; they are taken as one</source>
        <translation>jede Datei nennt einen eigenen Wert für „{name}“, wie manche De-Identifizierer es hinterlassen; sie gelten als einer</translation>
    </message>
    <message>
        <source>each of its `points` must be a pair [row, column] of finite numbers</source>
        <translation>jeder ihrer `points` muss ein Paar [row, column] endlicher Zahlen sein</translation>
    </message>
    <message>
        <source>echo</source>
        <translation>Echo</translation>
    </message>
    <message>
        <source>echo number</source>
        <translation>Echonummer</translation>
    </message>
    <message>
        <source>echo {value:g}</source>
        <translation>Echo {value:g}</translation>
    </message>
    <message>
        <source>encapsulated</source>
        <translation>gekapselt</translation>
    </message>
    <message>
        <source>energy window</source>
        <translation>Energiefenster</translation>
    </message>
    <message>
        <source>energy window {value:g}</source>
        <translation>Energiefenster {value:g}</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>Epoche</translation>
    </message>
    <message>
        <source>every slice of the series</source>
        <translation>jede Schicht der Serie</translation>
    </message>
    <message>
        <source>fetus</source>
        <translation>Fetus</translation>
    </message>
    <message>
        <source>field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>files of another {name} have the same series UID; they are series of their own</source>
        <translation>Dateien mit anderem Wert für „{name}“ haben dieselbe Serien-UID; sie sind eigene Serien</translation>
    </message>
    <message>
        <source>fine: edges and texture</source>
        <translation>fein: Kanten und Textur</translation>
    </message>
    <message>
        <source>fit</source>
        <translation>Einpassung</translation>
    </message>
    <message>
        <source>fitted in, black beside it</source>
        <translation>eingepasst, daneben schwarz</translation>
    </message>
    <message>
        <source>flip angle</source>
        <translation>Flipwinkel</translation>
    </message>
    <message>
        <source>flip angle {value:g}°</source>
        <translation>Flipwinkel {value:g}°</translation>
    </message>
    <message>
        <source>flipped</source>
        <translation>gekippt</translation>
    </message>
    <message>
        <source>floating point</source>
        <translation>Gleitkommazahlen</translation>
    </message>
    <message>
        <source>fluoroscopy</source>
        <translation>Durchleuchtung</translation>
    </message>
    <message>
        <source>frame of reference</source>
        <translation>Bezugssystem</translation>
    </message>
    <message>
        <source>frame reference time</source>
        <translation>Bezugszeit des Frames</translation>
    </message>
    <message>
        <source>from source</source>
        <translation>aus Quellen</translation>
    </message>
    <message>
        <source>full</source>
        <translation>vollständig</translation>
    </message>
    <message>
        <source>functional groups of frame {index}</source>
        <translation>Functional Groups von Bild {index}</translation>
    </message>
    <message>
        <source>functional groups shared by all frames</source>
        <translation>gemeinsame Functional Groups aller Bilder</translation>
    </message>
    <message>
        <source>gantry tilt of {degrees:.1f}°</source>
        <translation>Gantry-Kippung von {degrees:.1f}°</translation>
    </message>
    <message numerus="yes">
        <source>gap after slice {index}{between}: about %n slice(s) missing</source>
        <translation>
            <numerusform>Lücke nach Schicht {index}{between}: etwa %n Schicht fehlt</numerusform>
            <numerusform>Lücke nach Schicht {index}{between}: etwa %n Schichten fehlen</numerusform>
        </translation>
    </message>
    <message>
        <source>gradient direction</source>
        <translation>Gradientenrichtung</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>grau</translation>
    </message>
    <message>
        <source>grey, large values bright</source>
        <translation>grau, große Werte hell</translation>
    </message>
    <message>
        <source>grey, made for colour</source>
        <translation>grau, gemacht für Farbe</translation>
    </message>
    <message>
        <source>head</source>
        <translation>Kopf</translation>
    </message>
    <message>
        <source>heatmaps</source>
        <translation>Heatmaps</translation>
    </message>
    <message>
        <source>here</source>
        <translation>hier</translation>
    </message>
    <message>
        <source>how it does on pictures of other quality (JPEG, noise, turned, washed out)</source>
        <translation>wie gut es bei Bildern anderer Qualität ist (JPEG, Rauschen, gedreht, ausgeblichen)</translation>
    </message>
    <message>
        <source>how many slices of each label it refuses</source>
        <translation>wie viele Schichten jeder Klasse es ablehnt</translation>
    </message>
    <message>
        <source>how often its sets of answers are right, by their size</source>
        <translation>wie oft seine Antwortmengen zutreffen, nach ihrer Größe</translation>
    </message>
    <message>
        <source>image type</source>
        <translation>Bildtyp</translation>
    </message>
    <message>
        <source>imported</source>
        <translation>importiert</translation>
    </message>
    <message>
        <source>in colour, made for grey</source>
        <translation>farbig, gemacht für Grau</translation>
    </message>
    <message>
        <source>inputs</source>
        <translation>Eingänge</translation>
    </message>
    <message>
        <source>instance number</source>
        <translation>Instanznummer</translation>
    </message>
    <message>
        <source>interpolated</source>
        <translation>interpoliert</translation>
    </message>
    <message>
        <source>inversion time</source>
        <translation>Inversionszeit</translation>
    </message>
    <message>
        <source>inverted</source>
        <translation>invertiert</translation>
    </message>
    <message>
        <source>it changes with a nudge that nobody sees (stability {stability:.2f})</source>
        <translation>sie ändert sich bei einer Störung, die niemand sieht (Stabilität {stability:.2f})</translation>
    </message>
    <message>
        <source>it is not an object</source>
        <translation>sie ist kein Objekt</translation>
    </message>
    <message>
        <source>it is the only output that is one row of numbers</source>
        <translation>es ist die einzige Ausgabe, die eine Zeile von Zahlen ist</translation>
    </message>
    <message>
        <source>its `colour` must be like #ff8800</source>
        <translation>ihre `colour` muss wie #ff8800 sein</translation>
    </message>
    <message>
        <source>its `points` must be a list of 1 to {most} pairs [row, column]</source>
        <translation>ihre `points` müssen eine Liste von 1 bis {most} Paaren [row, column] sein</translation>
    </message>
    <message>
        <source>its `{key}` must be a text of at most {most} characters</source>
        <translation>ihr `{key}` muss ein Text von höchstens {most} Zeichen sein</translation>
    </message>
    <message>
        <source>its `{key}` must be a whole number from 0</source>
        <translation>ihr `{key}` muss eine ganze Zahl ab 0 sein</translation>
    </message>
    <message>
        <source>its `{key}` must be one of {kinds}</source>
        <translation>ihr `{key}` muss eines von {kinds} sein</translation>
    </message>
    <message>
        <source>its `{key}` must be {length} numbers</source>
        <translation>ihr `{key}` muss aus {length} Zahlen bestehen</translation>
    </message>
    <message>
        <source>its elements</source>
        <translation>ihre Elemente</translation>
    </message>
    <message>
        <source>its magic bytes</source>
        <translation>ihre Kennbytes</translation>
    </message>
    <message>
        <source>its magic bytes or its ending</source>
        <translation>ihre Kennbytes oder ihre Endung</translation>
    </message>
    <message>
        <source>its magic bytes, inside gzip</source>
        <translation>ihre Kennbytes, in gzip</translation>
    </message>
    <message>
        <source>its name</source>
        <translation>ihrem Namen</translation>
    </message>
    <message>
        <source>its place: no other row is computed from it</source>
        <translation>ihrer Stelle: keine andere Zeile wird aus ihr berechnet</translation>
    </message>
    <message>
        <source>its rank</source>
        <translation>ihrem Rang</translation>
    </message>
    <message>
        <source>its size</source>
        <translation>ihrer Größe</translation>
    </message>
    <message>
        <source>kernel</source>
        <translation>Faltungskern</translation>
    </message>
    <message>
        <source>key/value</source>
        <translation>Schlüssel/Wert</translation>
    </message>
    <message>
        <source>labels</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>layout</source>
        <translation>Anordnung</translation>
    </message>
    <message>
        <source>left open</source>
        <translation>offengelassen</translation>
    </message>
    <message>
        <source>lengths are known inside the regions of the ultrasound picture only</source>
        <translation>Längen sind nur innerhalb der Regionen des Ultraschallbilds bekannt</translation>
    </message>
    <message>
        <source>lengths are stored in metres</source>
        <translation>Längen sind in Metern gespeichert</translation>
    </message>
    <message>
        <source>lengths are stored in micrometres</source>
        <translation>Längen sind in Mikrometern gespeichert</translation>
    </message>
    <message>
        <source>lengths are stored in {unit}</source>
        <translation>Längen sind in {unit} gespeichert</translation>
    </message>
    <message>
        <source>letters only: rows grow toward {edges}, columns toward {edges_2}</source>
        <translation>nur Buchstaben: Zeilen wachsen nach {edges}, Spalten nach {edges_2}</translation>
    </message>
    <message>
        <source>line {number}</source>
        <translation>Zeile {number}</translation>
    </message>
    <message>
        <source>lists of {items}</source>
        <translation>Listen: {items}</translation>
    </message>
    <message>
        <source>lite</source>
        <translation>klein</translation>
    </message>
    <message>
        <source>little endian</source>
        <translation>Little Endian</translation>
    </message>
    <message>
        <source>local contrast equalised (CLAHE)</source>
        <translation>lokaler Kontrast angeglichen (CLAHE)</translation>
    </message>
    <message>
        <source>looked little</source>
        <translation>wenig gesehen</translation>
    </message>
    <message>
        <source>looked most</source>
        <translation>am meisten gesehen</translation>
    </message>
    <message>
        <source>looks turned, upside down or inverted against the training cases</source>
        <translation>wirkt gegenüber den Trainingsfällen gedreht, auf dem Kopf oder invertiert</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>made with {maker}</source>
        <translation>erstellt mit {maker}</translation>
    </message>
    <message>
        <source>magnetization transfer</source>
        <translation>Magnetisierungstransfer</translation>
    </message>
    <message>
        <source>mammogram</source>
        <translation>Mammogramm</translation>
    </message>
    <message>
        <source>maximum</source>
        <translation>Maximum</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittelwert</translation>
    </message>
    <message>
        <source>mean F1 of the labels</source>
        <translation>mittleres F1 der Klassen</translation>
    </message>
    <message>
        <source>mean probability of the answer</source>
        <translation>mittlere Wahrscheinlichkeit der Antwort</translation>
    </message>
    <message>
        <source>mean {number} ± {number_2}{named}</source>
        <translation>Mittel {number} ± {number_2}{named}</translation>
    </message>
    <message>
        <source>measurements</source>
        <translation>Messungen</translation>
    </message>
    <message>
        <source>min {number}  max {number_2}</source>
        <translation>min. {number}  max. {number_2}</translation>
    </message>
    <message>
        <source>minimum</source>
        <translation>Minimum</translation>
    </message>
    <message>
        <source>mirrored left to right, </source>
        <translation>links und rechts gespiegelt, </translation>
    </message>
    <message>
        <source>mm at detector</source>
        <translation>mm am Detektor</translation>
    </message>
    <message>
        <source>modality</source>
        <translation>Modalität</translation>
    </message>
    <message>
        <source>names nobody, but its UIDs are those of the study</source>
        <translation>nennt niemanden, aber seine UIDs sind die der Studie</translation>
    </message>
    <message>
        <source>names the patient</source>
        <translation>nennt den Patienten</translation>
    </message>
    <message>
        <source>neither sform nor qform is usable</source>
        <translation>weder sform noch qform ist brauchbar</translation>
    </message>
    <message>
        <source>new less old</source>
        <translation>neu minus alt</translation>
    </message>
    <message>
        <source>new model</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>no EXIF orientation</source>
        <translation>keine EXIF-Ausrichtung</translation>
    </message>
    <message>
        <source>no answer is ruled in</source>
        <translation>keine Antwort ist eingeschlossen</translation>
    </message>
    <message>
        <source>no decision</source>
        <translation>keine Entscheidung</translation>
    </message>
    <message>
        <source>no template stated</source>
        <translation>keine Vorlage angegeben</translation>
    </message>
    <message>
        <source>no transfer syntax in the file; read as uncompressed</source>
        <translation>keine Transfersyntax in der Datei; als unkomprimiert gelesen</translation>
    </message>
    <message>
        <source>no usable affine</source>
        <translation>keine brauchbare Affine</translation>
    </message>
    <message>
        <source>no usable affine and no usable pixdim</source>
        <translation>keine brauchbare Affine und kein brauchbares pixdim</translation>
    </message>
    <message>
        <source>no usable photometric interpretation; read as MONOCHROME2</source>
        <translation>keine brauchbare photometrische Interpretation; als MONOCHROME2 gelesen</translation>
    </message>
    <message>
        <source>no usable photometric interpretation; read as RGB</source>
        <translation>keine brauchbare photometrische Interpretation; als RGB gelesen</translation>
    </message>
    <message>
        <source>no usable scl_slope</source>
        <translation>kein brauchbares scl_slope</translation>
    </message>
    <message>
        <source>no usable spacing in the file</source>
        <translation>kein brauchbarer Abstand in der Datei</translation>
    </message>
    <message>
        <source>no {display}</source>
        <translation>kein {display}</translation>
    </message>
    <message>
        <source>no {given}</source>
        <translation>kein {given}</translation>
    </message>
    <message>
        <source>no {name}</source>
        <translation>ohne {name}</translation>
    </message>
    <message>
        <source>noise 5/255</source>
        <translation>Rauschen 5/255</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>none of them</source>
        <translation>keine davon</translation>
    </message>
    <message>
        <source>none, the graph has done it</source>
        <translation>keine, der Graph hat es getan</translation>
    </message>
    <message>
        <source>normal, pneumonia</source>
        <translation>normal, Pneumonie</translation>
    </message>
    <message>
        <source>not a number</source>
        <translation>keine Zahl</translation>
    </message>
    <message>
        <source>not asked</source>
        <translation>nicht gefragt</translation>
    </message>
    <message>
        <source>not given</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>not stated, dense tissue taken to be bright</source>
        <translation>nicht angegeben, dichtes Gewebe als hell angenommen</translation>
    </message>
    <message>
        <source>not stated, made for the {wanted}</source>
        <translation>nicht angegeben, gemacht für {wanted}</translation>
    </message>
    <message>
        <source>not stated, made for {low:g} to {high:g} years</source>
        <translation>nicht angegeben, gemacht für {low:g} bis {high:g} Jahre</translation>
    </message>
    <message>
        <source>not stated, made for {wanted}</source>
        <translation>nicht angegeben, gemacht für {wanted}</translation>
    </message>
    <message>
        <source>not stated, read as uncompressed</source>
        <translation>nicht angegeben, als unkomprimiert gelesen</translation>
    </message>
    <message>
        <source>not told</source>
        <translation>nicht angegeben</translation>
    </message>
    <message>
        <source>not verified</source>
        <translation>nicht verifiziert</translation>
    </message>
    <message>
        <source>not within one ultrasound region of known lengths</source>
        <translation>nicht innerhalb einer Ultraschallregion mit bekannten Längen</translation>
    </message>
    <message>
        <source>nothing in the files tells the order of their slices, which are shown in the order of the files&apos; names</source>
        <translation>nichts in den Dateien sagt, in welcher Reihenfolge ihre Schichten liegen; sie stehen in der Reihenfolge der Dateinamen</translation>
    </message>
    <message>
        <source>nothing that comes out for phantoms is a number</source>
        <translation>nichts, was für Phantome herauskommt, ist eine Zahl</translation>
    </message>
    <message>
        <source>nothing to compare.</source>
        <translation>nichts zu vergleichen.</translation>
    </message>
    <message>
        <source>numbers</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>numbers in the files&apos; names</source>
        <translation>Nummern in den Dateinamen</translation>
    </message>
    <message>
        <source>objects with keys</source>
        <translation>Objekte mit Schlüsseln</translation>
    </message>
    <message>
        <source>objects with the keys {keys}</source>
        <translation>Objekte mit den Schlüsseln {keys}</translation>
    </message>
    <message>
        <source>oblique</source>
        <translation>schräg</translation>
    </message>
    <message>
        <source>of a region</source>
        <translation>eines Bereichs</translation>
    </message>
    <message>
        <source>of each question </source>
        <translation>jeder Frage </translation>
    </message>
    <message>
        <source>of the series that are open</source>
        <translation>der geöffneten Serien</translation>
    </message>
    <message>
        <source>of {name}</source>
        <translation>aus {name}</translation>
    </message>
    <message>
        <source>of {rows} rows of numbers it is the first</source>
        <translation>von {rows} Zeilen von Zahlen ist es die erste</translation>
    </message>
    <message>
        <source>of {rows} rows of numbers, by {ground}</source>
        <translation>von {rows} Zeilen von Zahlen, nach {ground}</translation>
    </message>
    <message>
        <source>old model</source>
        <translation>alt</translation>
    </message>
    <message>
        <source>on screen</source>
        <translation>auf dem Bildschirm</translation>
    </message>
    <message>
        <source>one position is given for many frames, so where each lies is unknown</source>
        <translation>für viele Frames ist nur eine Position angegeben; wo jeder liegt, ist unbekannt</translation>
    </message>
    <message>
        <source>one slice of unknown thickness</source>
        <translation>eine Schicht unbekannter Dicke</translation>
    </message>
    <message>
        <source>opset {version} of {domain}</source>
        <translation>Opset {version} von {domain}</translation>
    </message>
    <message>
        <source>order of taking</source>
        <translation>Reihenfolge der Aufnahme</translation>
    </message>
    <message>
        <source>original resolution</source>
        <translation>ursprüngliche Auflösung</translation>
    </message>
    <message>
        <source>outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>outside the volume</source>
        <translation>außerhalb des Volumens</translation>
    </message>
    <message>
        <source>own cases, labelled here</source>
        <translation>eigene Fälle, hier benannt</translation>
    </message>
    <message>
        <source>padding</source>
        <translation>Padding</translation>
    </message>
    <message>
        <source>pages of the file</source>
        <translation>Seiten der Datei</translation>
    </message>
    <message>
        <source>partial</source>
        <translation>teilweise</translation>
    </message>
    <message>
        <source>patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>patient&apos;s name</source>
        <translation>Name des Patienten</translation>
    </message>
    <message>
        <source>persons unknown</source>
        <translation>Personen unbekannt</translation>
    </message>
    <message>
        <source>phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>phase {phase}/{phases}</source>
        <translation>Phase {phase}/{phases}</translation>
    </message>
    <message>
        <source>phase {value:g}</source>
        <translation>Phase {value:g}</translation>
    </message>
    <message>
        <source>pictures have no rescale</source>
        <translation>Bilder haben kein Rescale</translation>
    </message>
    <message>
        <source>pixdim has no lengths that can be used</source>
        <translation>pixdim hat keine brauchbaren Längen</translation>
    </message>
    <message>
        <source>pixdim, as there is no usable affine</source>
        <translation>pixdim, da es keine brauchbare Affine gibt</translation>
    </message>
    <message>
        <source>pixel spacing</source>
        <translation>Pixelabstand</translation>
    </message>
    <message>
        <source>plane</source>
        <translation>Ebene</translation>
    </message>
    <message>
        <source>polarity</source>
        <translation>Polarität</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>Präzision</translation>
    </message>
    <message>
        <source>private transfer syntax; read as uncompressed</source>
        <translation>private Transfersyntax; als unkomprimiert gelesen</translation>
    </message>
    <message>
        <source>probabilities: the graph has done it</source>
        <translation>Wahrscheinlichkeiten: der Graph hat sie schon gebildet</translation>
    </message>
    <message>
        <source>protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>qform, b</source>
        <translation>qform, b</translation>
    </message>
    <message>
        <source>qform, c</source>
        <translation>qform, c</translation>
    </message>
    <message>
        <source>qform, d</source>
        <translation>qform, d</translation>
    </message>
    <message>
        <source>radiograph</source>
        <translation>Röntgenbild</translation>
    </message>
    <message>
        <source>range of values</source>
        <translation>Wertebereich</translation>
    </message>
    <message>
        <source>reaches it</source>
        <translation>erreicht sie</translation>
    </message>
    <message>
        <source>reaches {limit}</source>
        <translation>erreicht {limit}</translation>
    </message>
    <message>
        <source>recall</source>
        <translation>Trefferquote</translation>
    </message>
    <message>
        <source>receive coil</source>
        <translation>Empfangsspule</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>region {number}: {spacing_text}</source>
        <translation>Region {number}: {spacing_text}</translation>
    </message>
    <message>
        <source>repetition time</source>
        <translation>Repetitionszeit</translation>
    </message>
    <message>
        <source>right</source>
        <translation>richtig</translation>
    </message>
    <message>
        <source>row {row}, column {column}</source>
        <translation>Zeile {row}, Spalte {column}</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>rows, columns, channels</source>
        <translation>Zeilen, Spalten, Kanäle</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>sagittal</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>Skala</translation>
    </message>
    <message>
        <source>scl_slope, scl_inter</source>
        <translation>scl_slope, scl_inter</translation>
    </message>
    <message>
        <source>scores</source>
        <translation>Scores</translation>
    </message>
    <message>
        <source>segment</source>
        <translation>Segment</translation>
    </message>
    <message>
        <source>segment {value:g}</source>
        <translation>Segment {value:g}</translation>
    </message>
    <message>
        <source>sensitivity</source>
        <translation>Sensitivität</translation>
    </message>
    <message>
        <source>sensitivity 95 %</source>
        <translation>Sensitivität 95 %</translation>
    </message>
    <message>
        <source>sensitivity {value}</source>
        <translation>Sensitivität {value}</translation>
    </message>
    <message>
        <source>sequence</source>
        <translation>Sequenz</translation>
    </message>
    <message>
        <source>series</source>
        <translation>Serie</translation>
    </message>
    <message>
        <source>series number</source>
        <translation>Seriennummer</translation>
    </message>
    <message>
        <source>series {number}</source>
        <translation>Serie {number}</translation>
    </message>
    <message>
        <source>several ultrasound regions, each with lengths of its own</source>
        <translation>mehrere Ultraschallregionen mit je eigenen Längen</translation>
    </message>
    <message>
        <source>sform and qform disagree by up to {most:.1f} mm; the sform was used</source>
        <translation>sform und qform weichen um bis zu {most:.1f} mm voneinander ab; die sform wurde benutzt</translation>
    </message>
    <message>
        <source>sform, first row</source>
        <translation>sform, erste Zeile</translation>
    </message>
    <message>
        <source>sform, second row</source>
        <translation>sform, zweite Zeile</translation>
    </message>
    <message>
        <source>sform, third row</source>
        <translation>sform, dritte Zeile</translation>
    </message>
    <message>
        <source>share that was right</source>
        <translation>Anteil richtiger Antworten</translation>
    </message>
    <message>
        <source>shown {number}</source>
        <translation>gezeigt {number}</translation>
    </message>
    <message>
        <source>side</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>signed</source>
        <translation>mit Vorzeichen</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>skewness {skewness}  entropy {entropy} bits</source>
        <translation>Schiefe {skewness}  Entropie {entropy} Bit</translation>
    </message>
    <message>
        <source>slice location</source>
        <translation>Schichtort</translation>
    </message>
    <message>
        <source>slice thickness unknown</source>
        <translation>Schichtdicke unbekannt</translation>
    </message>
    <message>
        <source>slices</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>slices are shifted against each other</source>
        <translation>Schichten sind gegeneinander verschoben</translation>
    </message>
    <message>
        <source>slices are {thickness:.4g} mm thick and {usual:.4g} mm apart</source>
        <translation>Schichten sind {thickness:.4g} mm dick und liegen {usual:.4g} mm auseinander</translation>
    </message>
    <message>
        <source>slices lie up to {moved:.2g} mm apart from phase to phase; the positions of the first one are used</source>
        <translation>Schichten liegen von Phase zu Phase bis zu {moved:.2g} mm auseinander; die Positionen der ersten werden verwendet</translation>
    </message>
    <message>
        <source>smoothed</source>
        <translation>geglättet</translation>
    </message>
    <message>
        <source>so that the patient&apos;s right is where View says</source>
        <translation>damit rechts des Patienten liegt, wo „Ansicht“ es sagt</translation>
    </message>
    <message>
        <source>so the graph says</source>
        <translation>so sagt es der Graph</translation>
    </message>
    <message>
        <source>some positions hold more slices than others; the surplus is a series of its own</source>
        <translation>einige Positionen haben mehr Schichten als andere; die überzähligen bilden eine eigene Serie</translation>
    </message>
    <message>
        <source>specificity 95 %</source>
        <translation>Spezifität 95 %</translation>
    </message>
    <message>
        <source>specificity {value}</source>
        <translation>Spezifität {value}</translation>
    </message>
    <message>
        <source>spin labelling</source>
        <translation>Spin-Markierung</translation>
    </message>
    <message>
        <source>spread</source>
        <translation>Streuung</translation>
    </message>
    <message>
        <source>stack</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>stored values as they are</source>
        <translation>gespeicherte Werte, wie sie sind</translation>
    </message>
    <message>
        <source>stored {number}</source>
        <translation>gespeichert {number}</translation>
    </message>
    <message>
        <source>stored {text} is no picture</source>
        <translation>gespeichert {text} ist kein Bild</translation>
    </message>
    <message>
        <source>stored × {slope:g} {sign} {intercept:g}</source>
        <translation>gespeichert × {slope:g} {sign} {intercept:g}</translation>
    </message>
    <message>
        <source>stretched to the size</source>
        <translation>auf die Größe gestreckt</translation>
    </message>
    <message>
        <source>stretched, so that shapes are others</source>
        <translation>verzerrt, sodass Formen andere sind</translation>
    </message>
    <message>
        <source>study</source>
        <translation>Untersuchung</translation>
    </message>
    <message>
        <source>sums of one of several: a softmax is still to be done</source>
        <translation>Summen für eine von mehreren: ein Softmax steht noch aus</translation>
    </message>
    <message>
        <source>sums of yes or no, each for itself: a sigmoid is still to be done</source>
        <translation>Summen für ja oder nein, jede für sich: ein Sigmoid steht noch aus</translation>
    </message>
    <message>
        <source>temperature alone</source>
        <translation>nur die Temperatur</translation>
    </message>
    <message>
        <source>template {template}</source>
        <translation>Vorlage {template}</translation>
    </message>
    <message>
        <source>temporal position</source>
        <translation>zeitliche Position</translation>
    </message>
    <message>
        <source>text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>the TIFF&apos;s photometric interpretation</source>
        <translation>die photometrische Angabe des TIFF</translation>
    </message>
    <message>
        <source>the axes of the grid are not at right angles; other planes are sheared right, slices shown as they are stored</source>
        <translation>die Achsen des Gitters stehen nicht im rechten Winkel; andere Ebenen werden gerade geschert, Schichten gezeigt, wie sie gespeichert sind</translation>
    </message>
    <message>
        <source>the columns of the affine</source>
        <translation>die Spalten der Affine</translation>
    </message>
    <message>
        <source>the file</source>
        <translation>die Datei</translation>
    </message>
    <message>
        <source>the file asks for a mask to be subtracted; its frames are shown as they were taken</source>
        <translation>die Datei verlangt, dass eine Maske abgezogen wird; ihre Frames werden gezeigt, wie sie aufgenommen wurden</translation>
    </message>
    <message>
        <source>the file does not say how far its slices are apart; their thickness is taken</source>
        <translation>die Datei sagt nicht, wie weit ihre Schichten auseinanderliegen; ihre Dicke wird genommen</translation>
    </message>
    <message>
        <source>the file does not say how it lies in the patient</source>
        <translation>die Datei sagt nicht, wie sie im Patienten liegt</translation>
    </message>
    <message>
        <source>the file does not say how the slice lies in the patient</source>
        <translation>die Datei sagt nicht, wie die Schicht im Patienten liegt</translation>
    </message>
    <message>
        <source>the file has no window: the 0.5 and 99.5 percentile of the first slice from the middle that is not empty</source>
        <translation>die Datei hat keine Fensterung: das 0,5. und 99,5. Perzentil der ersten nicht leeren Schicht von der Mitte aus</translation>
    </message>
    <message>
        <source>the file names no rate</source>
        <translation>die Datei nennt keine Bildrate</translation>
    </message>
    <message>
        <source>the file names no rescale</source>
        <translation>die Datei nennt kein Rescale</translation>
    </message>
    <message>
        <source>the file names no unit</source>
        <translation>die Datei nennt keine Einheit</translation>
    </message>
    <message>
        <source>the file names them</source>
        <translation>die Datei nennt sie</translation>
    </message>
    <message>
        <source>the file&apos;s element type</source>
        <translation>der Elementtyp der Datei</translation>
    </message>
    <message>
        <source>the file&apos;s first bytes; the file names no transfer syntax</source>
        <translation>die ersten Bytes der Datei; sie nennt keine Transfersyntax</translation>
    </message>
    <message>
        <source>the file&apos;s own colour type</source>
        <translation>der eigene Farbtyp der Datei</translation>
    </message>
    <message>
        <source>the file&apos;s own directions (LPS)</source>
        <translation>die eigenen Richtungen der Datei (LPS)</translation>
    </message>
    <message>
        <source>the file&apos;s spacing</source>
        <translation>der Abstand der Datei</translation>
    </message>
    <message numerus="yes">
        <source>the first convolution takes %n channel(s)</source>
        <translation>
            <numerusform>die erste Faltung nimmt %n Kanal</numerusform>
            <numerusform>die erste Faltung nimmt %n Kanäle</numerusform>
        </translation>
    </message>
    <message>
        <source>the first of {rows} that tells the slices apart, else the names of the files</source>
        <translation>das erste von {rows}, das die Schichten unterscheidet, sonst die Dateinamen</translation>
    </message>
    <message>
        <source>the format&apos;s own scaling, where it has one</source>
        <translation>die eigene Skalierung des Formats, wo es eine hat</translation>
    </message>
    <message>
        <source>the graph does not say, and this is what most exporters expect</source>
        <translation>der Graph sagt es nicht, und das erwarten die meisten Exporter</translation>
    </message>
    <message>
        <source>the graph first divides its input by {size:.4g}</source>
        <translation>der Graph teilt seine Eingabe zuerst durch {size:.4g}</translation>
    </message>
    <message>
        <source>the graph first multiplies its input by {size:.4g}</source>
        <translation>der Graph multipliziert seine Eingabe zuerst mit {size:.4g}</translation>
    </message>
    <message>
        <source>the graph first subtracts {size:.4g}</source>
        <translation>der Graph zieht zuerst {size:.4g} ab</translation>
    </message>
    <message>
        <source>the graph leaves it open, and this is the first usual size that it runs at</source>
        <translation>der Graph lässt es offen, und das ist die erste übliche Größe, bei der er läuft</translation>
    </message>
    <message>
        <source>the graph leaves it open, and {size} is usual</source>
        <translation>der Graph lässt es offen, und {size} ist üblich</translation>
    </message>
    <message>
        <source>the graph leaves the number of channels open, and most exporters write them second</source>
        <translation>der Graph lässt die Zahl der Kanäle offen, und die meisten Exporter schreiben sie an zweiter Stelle</translation>
    </message>
    <message>
        <source>the grid is turned by whole axes only; no value is interpolated</source>
        <translation>das Gitter wird nur um ganze Achsen gedreht; kein Wert wird interpoliert</translation>
    </message>
    <message>
        <source>the header names a compression, but the pixels are not compressed</source>
        <translation>der Kopf nennt eine Kompression, aber die Pixel sind nicht komprimiert</translation>
    </message>
    <message>
        <source>the header says 12 bits for each pixel, but they take 16</source>
        <translation>der Kopf nennt 12 Bits für jedes Pixel, sie belegen aber 16</translation>
    </message>
    <message>
        <source>the header says 4:2:2, but the pixels are not subsampled</source>
        <translation>der Kopf nennt 4:2:2, aber die Pixel sind nicht unterabgetastet</translation>
    </message>
    <message>
        <source>the heatmap with its score and its caveat</source>
        <translation>der Heatmap mit Wert und Vorbehalt</translation>
    </message>
    <message>
        <source>the input takes whole numbers of 8 bits</source>
        <translation>die Eingabe nimmt ganze Zahlen von 8 Bits</translation>
    </message>
    <message>
        <source>the input takes whole numbers, and those of pictures end at 255</source>
        <translation>der Eingang nimmt ganze Zahlen, und die von Bildern enden bei 255</translation>
    </message>
    <message>
        <source>the intercept of the values is not a number and was taken as 0</source>
        <translation>der Achsenabschnitt der Werte ist keine Zahl und wurde als 0 genommen</translation>
    </message>
    <message>
        <source>the last dimension of the input is {channels}</source>
        <translation>die letzte Dimension der Eingabe ist {channels}</translation>
    </message>
    <message>
        <source>the line has {count} columns, not {wanted}</source>
        <translation>die Zeile hat {count} Spalten, nicht {wanted}</translation>
    </message>
    <message>
        <source>the mark DICM at byte 128</source>
        <translation>das Kennzeichen DICM bei Byte 128</translation>
    </message>
    <message>
        <source>the mark on the bar is the threshold, {limit}</source>
        <translation>die Marke auf dem Balken ist der Schwellenwert, {limit}</translation>
    </message>
    <message>
        <source>the marks on the bar are the limits of the bands, {limits}</source>
        <translation>die Marken auf dem Balken sind die Grenzen der Bänder, {limits}</translation>
    </message>
    <message>
        <source>the measurements with their values</source>
        <translation>den Messungen mit ihren Werten</translation>
    </message>
    <message>
        <source>the model was trained on patients of {low:g} to {high:g} years</source>
        <translation>das Modell wurde an Patienten von {low:g} bis {high:g} Jahren trainiert</translation>
    </message>
    <message>
        <source>the number of frames is not readable; it was taken from the length of the pixels</source>
        <translation>die Zahl der Frames ist nicht lesbar; sie wurde der Länge der Pixel entnommen</translation>
    </message>
    <message>
        <source>the number of frames is not readable; one is shown</source>
        <translation>die Zahl der Frames ist nicht lesbar; einer wird gezeigt</translation>
    </message>
    <message>
        <source>the order of the stored slices</source>
        <translation>die Reihenfolge der gespeicherten Schichten</translation>
    </message>
    <message>
        <source>the outline encloses nothing</source>
        <translation>die Linie umschließt nichts</translation>
    </message>
    <message>
        <source>the packed file does not end as its header promises; it is probably incomplete</source>
        <translation>die gepackte Datei endet nicht, wie ihr Kopf verspricht; vermutlich ist sie unvollständig</translation>
    </message>
    <message>
        <source>the picture&apos;s header</source>
        <translation>der Kopf des Bildes</translation>
    </message>
    <message>
        <source>the pixels are compressed ({syntax}), which the header does not say</source>
        <translation>die Pixel sind komprimiert ({syntax}), was der Kopf nicht sagt</translation>
    </message>
    <message>
        <source>the positive answer&apos;s name, or both names</source>
        <translation>der Name der positiven Antwort, oder beide Namen</translation>
    </message>
    <message>
        <source>the private header with the direction of the slices is missing; the usual one is taken</source>
        <translation>der private Kopf mit der Richtung der Schichten fehlt; die übliche wird genommen</translation>
    </message>
    <message>
        <source>the projection</source>
        <translation>die Projektion</translation>
    </message>
    <message>
        <source>the quaternion of the qform is too long and was normalised</source>
        <translation>das Quaternion der qform ist zu lang und wurde normiert</translation>
    </message>
    <message>
        <source>the same grey in three channels</source>
        <translation>dasselbe Grau in drei Kanälen</translation>
    </message>
    <message>
        <source>the second dimension of the input is {channels}</source>
        <translation>die zweite Dimension der Eingabe ist {channels}</translation>
    </message>
    <message>
        <source>the series&apos; middle slice, since this one has no window</source>
        <translation>die mittlere Schicht der Serie, da diese keine Fensterung hat</translation>
    </message>
    <message>
        <source>the slice on screen</source>
        <translation>die Schicht auf dem Bildschirm</translation>
    </message>
    <message>
        <source>the slice&apos;s own 1st and 99th percentile</source>
        <translation>das eigene 1. und 99. Perzentil der Schicht</translation>
    </message>
    <message>
        <source>the slice&apos;s own least and greatest become the ends of the scale</source>
        <translation>der kleinste und der größte Wert der Schicht werden die Enden der Skala</translation>
    </message>
    <message>
        <source>the slice&apos;s own least and greatest value</source>
        <translation>der eigene kleinste und größte Wert der Schicht</translation>
    </message>
    <message>
        <source>the slope of the values is {stated}: they are shown as stored</source>
        <translation>die Steigung der Werte ist {stated}: sie werden gezeigt wie gespeichert</translation>
    </message>
    <message>
        <source>the {name} is not usable</source>
        <translation>die {name} ist nicht brauchbar</translation>
    </message>
    <message>
        <source>the {transform} (RAS turned to LPS)</source>
        <translation>{transform} (RAS zu LPS gewendet)</translation>
    </message>
    <message>
        <source>they disagree on {differing} of {compared} slices.</source>
        <translation>sie sind auf {differing} von {compared} Schichten uneins.</translation>
    </message>
    <message>
        <source>this study</source>
        <translation>diese Studie</translation>
    </message>
    <message>
        <source>time slice</source>
        <translation>Zeitscheibe</translation>
    </message>
    <message>
        <source>time slot</source>
        <translation>Zeitfach</translation>
    </message>
    <message>
        <source>time slot {value:g}</source>
        <translation>Zeitfach {value:g}</translation>
    </message>
    <message>
        <source>time {value:g}</source>
        <translation>Zeit {value:g}</translation>
    </message>
    <message>
        <source>timm cannot build `{architecture}` with the arguments that are given.</source>
        <translation>timm kann `{architecture}` mit den angegebenen Argumenten nicht bauen.</translation>
    </message>
    <message>
        <source>timm knows no architecture `{architecture}`.</source>
        <translation>timm kennt keine Architektur `{architecture}`.</translation>
    </message>
    <message>
        <source>too few cases to conclude anything</source>
        <translation>zu wenige Fälle, um etwas zu schließen</translation>
    </message>
    <message>
        <source>too few cases to say</source>
        <translation>zu wenige Fälle, um etwas zu sagen</translation>
    </message>
    <message>
        <source>too few positions, and no thickness for a single slice</source>
        <translation>zu wenige Positionen, und keine Dicke für eine einzelne Schicht</translation>
    </message>
    <message>
        <source>training {a}, validation {b}</source>
        <translation>Training {a}, Validierung {b}</translation>
    </message>
    <message>
        <source>trigger time</source>
        <translation>Triggerzeit</translation>
    </message>
    <message>
        <source>trigger {value:g} ms</source>
        <translation>Trigger {value:g} ms</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true oder false</translation>
    </message>
    <message>
        <source>truth: not {shown}</source>
        <translation>Wahrheit: nicht {shown}</translation>
    </message>
    <message>
        <source>truth: {name}</source>
        <translation>Wahrheit: {name}</translation>
    </message>
    <message>
        <source>truth: {shown}</source>
        <translation>Wahrheit: {shown}</translation>
    </message>
    <message>
        <source>tube voltage</source>
        <translation>Röhrenspannung</translation>
    </message>
    <message>
        <source>turned as its training cases lay</source>
        <translation>gedreht, wie seine Trainingsfälle lagen</translation>
    </message>
    <message>
        <source>turned by -5°</source>
        <translation>gedreht um −5°</translation>
    </message>
    <message>
        <source>turned by 5°</source>
        <translation>gedreht um 5°</translation>
    </message>
    <message>
        <source>turned clockwise by {quarters}°</source>
        <translation>im Uhrzeigersinn gedreht um {quarters}°</translation>
    </message>
    <message>
        <source>two points that span a line are the same</source>
        <translation>zwei Punkte, die eine Linie aufspannen, sind derselbe</translation>
    </message>
    <message>
        <source>ultrasound region</source>
        <translation>Ultraschallregion</translation>
    </message>
    <message>
        <source>uneven distances between slices: {least:.4g} to {most:.4g} mm</source>
        <translation>ungleiche Abstände der Schichten: {least:.4g} bis {most:.4g} mm</translation>
    </message>
    <message>
        <source>unit of length not stated, taken as millimetres</source>
        <translation>Längeneinheit nicht angegeben, als Millimeter genommen</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>unknown for the picture as a whole; {lengths}</source>
        <translation>unbekannt für das Bild als Ganzes; {lengths}</translation>
    </message>
    <message>
        <source>unknown orientation</source>
        <translation>unbekannte Orientierung</translation>
    </message>
    <message>
        <source>unknown{aspect}</source>
        <translation>unbekannt{aspect}</translation>
    </message>
    <message>
        <source>unlike the training cases{times}</source>
        <translation>den Trainingsfällen unähnlich{times}</translation>
    </message>
    <message>
        <source>unsigned</source>
        <translation>ohne Vorzeichen</translation>
    </message>
    <message>
        <source>upside down</source>
        <translation>kopfüber</translation>
    </message>
    <message>
        <source>value (95 % interval)</source>
        <translation>Wert (95-%-Intervall)</translation>
    </message>
    <message>
        <source>values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>values are not corrected for radioactive decay</source>
        <translation>die Werte sind nicht um den radioaktiven Zerfall korrigiert</translation>
    </message>
    <message>
        <source>values are scaled by {slope:g}, as SPM writes it into ANALYZE headers</source>
        <translation>die Werte sind mit {slope:g} skaliert, wie SPM es in ANALYZE-Köpfe schreibt</translation>
    </message>
    <message>
        <source>velocity ({x:.2g}, {y:.2g}, {z:.2g})</source>
        <translation>Geschwindigkeit ({x:.2g}, {y:.2g}, {z:.2g})</translation>
    </message>
    <message>
        <source>velocity encoding</source>
        <translation>Geschwindigkeitskodierung</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>verifiziert</translation>
    </message>
    <message>
        <source>view</source>
        <translation>Projektion</translation>
    </message>
    <message>
        <source>washed out</source>
        <translation>ausgeblichen</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>what comes out for phantoms leaves 0…1</source>
        <translation>was für Phantome herauskommt, verlässt 0…1</translation>
    </message>
    <message>
        <source>what comes out for phantoms lies within 0…1 and adds up to 1: a softmax is done</source>
        <translation>was für Phantome herauskommt, liegt in 0…1 und ergibt zusammen 1: ein Softmax ist enthalten</translation>
    </message>
    <message>
        <source>what comes out for phantoms lies within 0…1 and does not add up to 1: sigmoids</source>
        <translation>was für Phantome herauskommt, liegt in 0…1 und ergibt zusammen nicht 1: Sigmoide</translation>
    </message>
    <message>
        <source>what comes out for phantoms lies within 0…1: the graph ends with a sigmoid</source>
        <translation>was für Phantome herauskommt, liegt in 0…1: der Graph endet mit einem Sigmoid</translation>
    </message>
    <message>
        <source>what the files of this series say together</source>
        <translation>was die Dateien dieser Serie zusammen sagen</translation>
    </message>
    <message>
        <source>whether it notices a turned or inverted slice</source>
        <translation>ob es eine gedrehte oder invertierte Schicht bemerkt</translation>
    </message>
    <message>
        <source>which label is the normal answer</source>
        <translation>welche Klasse die Normalantwort ist</translation>
    </message>
    <message>
        <source>whole numbers</source>
        <translation>ganze Zahlen</translation>
    </message>
    <message>
        <source>width</source>
        <translation>Breite</translation>
    </message>
    <message>
        <source>window</source>
        <translation>Fensterung</translation>
    </message>
    <message>
        <source>with a border, so that the patient keeps his shape</source>
        <translation>mit Rand, damit der Patient seine Form behält</translation>
    </message>
    <message>
        <source>with a temperature</source>
        <translation>mit einer Temperatur</translation>
    </message>
    <message>
        <source>with the texts of the corners, but nothing of the patient, whose data is hidden</source>
        <translation>mit den Texten in den Ecken, aber nichts vom Patienten, dessen Daten verborgen sind</translation>
    </message>
    <message>
        <source>with the texts of the corners: name, identifier, dates, institution, descriptions, position</source>
        <translation>mit den Texten in den Ecken: Name, Kennung, Daten, Einrichtung, Beschreibungen, Position</translation>
    </message>
    <message>
        <source>within what chance gives</source>
        <translation>im Rahmen des Zufalls</translation>
    </message>
    <message>
        <source>without a name</source>
        <translation>ohne Namen</translation>
    </message>
    <message>
        <source>without any label</source>
        <translation>ohne jede Klasse</translation>
    </message>
    <message>
        <source>without any text</source>
        <translation>ohne Text</translation>
    </message>
    <message>
        <source>without the texts of the corners</source>
        <translation>ohne die Texte in den Ecken</translation>
    </message>
    <message>
        <source>zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>zoom 0.9</source>
        <translation>Zoom 0.9</translation>
    </message>
    <message>
        <source>{age:.3g} years, made for {low:g} to {high:g}</source>
        <translation>{age:.3g} Jahre, gemacht für {low:g} bis {high:g}</translation>
    </message>
    <message>
        <source>{age} y</source>
        <translation>{age} J.</translation>
    </message>
    <message>
        <source>{alpha:g} % of {cases} cases</source>
        <translation>{alpha:g} % von {cases} Fällen</translation>
    </message>
    <message>
        <source>{answers} labels were taken in.</source>
        <translation>{answers} Klassen wurden eingelesen.</translation>
    </message>
    <message>
        <source>{bits}-bit colour is shown with 8 bits a channel</source>
        <translation>{bits}-Bit-Farbe wird mit 8 Bits je Kanal gezeigt</translation>
    </message>
    <message>
        <source>{cases} cases, temperature {temperature:.3g}, {error}</source>
        <translation>{cases} Fälle, Temperatur {temperature:.3g}, {error}</translation>
    </message>
    <message>
        <source>{columns} × {rows} pixels</source>
        <translation>{columns} × {rows} Pixel</translation>
    </message>
    <message>
        <source>{counts} of {total} out of contract</source>
        <translation>{counts} von {total} außerhalb des Vertrags</translation>
    </message>
    <message>
        <source>{counts} without an answer</source>
        <translation>{counts} ohne Antwort</translation>
    </message>
    <message>
        <source>{count} cases {where}. {fault}</source>
        <translation>{count} Fälle {where}. {fault}</translation>
    </message>
    <message>
        <source>{count} measurements on other planes, phases or slices are not part of it.</source>
        <translation>{count} Messungen auf anderen Ebenen, Phasen oder Schichten gehören nicht dazu.</translation>
    </message>
    <message>
        <source>{count} members: {spread}; {alike} of {count} decide so alone.</source>
        <translation>{count} Mitglieder: {spread}; {alike} von {count} entscheiden für sich so.</translation>
    </message>
    <message>
        <source>{count} names in the order of the scores</source>
        <translation>{count} Namen in der Reihenfolge der Werte</translation>
    </message>
    <message>
        <source>{count} of the measurements of this series lie on slices that are not open; they are kept.</source>
        <translation>{count} Messungen dieser Serie liegen auf Schichten, die nicht geöffnet sind; sie bleiben gespeichert.</translation>
    </message>
    <message>
        <source>{description} Ages: {ages}.</source>
        <translation>{description} Alter: {ages}.</translation>
    </message>
    <message>
        <source>{done} done by {reader}</source>
        <translation>{done} fertig von {reader}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>{element} is 0, which would erase the picture; 1 is taken</source>
        <translation>{element} ist 0, was das Bild löschen würde; 1 wird genommen</translation>
    </message>
    <message>
        <source>{element} is stated, but cannot be read and is not used</source>
        <translation>{element} ist angegeben, aber nicht lesbar, und wird nicht benutzt</translation>
    </message>
    <message>
        <source>{element} is written with a comma, which is read as the decimal point</source>
        <translation>{element} ist mit einem Komma geschrieben, das als Dezimalpunkt gelesen wird</translation>
    </message>
    <message>
        <source>{end}: {slices} slices scored, {rows} rows added{without}.</source>
        <translation>{end}: {slices} Schichten bewertet, {rows} Zeilen hinzugefügt{without}.</translation>
    </message>
    <message>
        <source>{figures} ({split}, {cases} cases)</source>
        <translation>{figures} ({split}, {cases} Fälle)</translation>
    </message>
    <message>
        <source>{files} files become large when they are unpacked. Open them all the same?</source>
        <translation>{files} Dateien werden beim Entpacken groß. Trotzdem öffnen?</translation>
    </message>
    <message>
        <source>{files}: {ratings} ratings of {cases} cases by {readers} readers.{left_out}</source>
        <translation>{files}: {ratings} Bewertungen von {cases} Fällen durch {readers} Befunder.{left_out}</translation>
    </message>
    <message>
        <source>{first} … ({count} numbers)</source>
        <translation>{first} … ({count} Zahlen)</translation>
    </message>
    <message>
        <source>{first}\… ({count} numbers)</source>
        <translation>{first}\… ({count} Zahlen)</translation>
    </message>
    <message>
        <source>{first}… ({count} characters)</source>
        <translation>{first}… ({count} Zeichen)</translation>
    </message>
    <message>
        <source>{flaw} A bundle holds none of that kind.</source>
        <translation>{flaw} Ein Bündel enthält nichts dergleichen.</translation>
    </message>
    <message>
        <source>{found} of {count}</source>
        <translation>{found} von {count}</translation>
    </message>
    <message>
        <source>{free} of memory are free. {unpacks}</source>
        <translation>{free} Speicher sind frei. {unpacks}</translation>
    </message>
    <message>
        <source>{gesture} belongs to “{owner}”, which could not be done by it any more.</source>
        <translation>{gesture} gehört zu „{owner}“, das damit nicht mehr ginge.</translation>
    </message>
    <message>
        <source>{gesture} does this already.</source>
        <translation>{gesture} tut das schon.</translation>
    </message>
    <message>
        <source>{gesture} is free.</source>
        <translation>{gesture} ist frei.</translation>
    </message>
    <message>
        <source>{have}, made for {wanted}</source>
        <translation>{have}, gemacht für {wanted}</translation>
    </message>
    <message>
        <source>{heading} against {name}</source>
        <translation>{heading} gegenüber {name}</translation>
    </message>
    <message>
        <source>{heading}: {differences} differences</source>
        <translation>{heading}: {differences} Unterschiede</translation>
    </message>
    <message>
        <source>{hidden}: a header is patient data.</source>
        <translation>{hidden}: Ein Dateikopf gehört zu den Patientendaten.</translation>
    </message>
    <message>
        <source>{hidden}: reports are patient data.</source>
        <translation>{hidden}: Berichte gehören zu den Patientendaten.</translation>
    </message>
    <message>
        <source>{id}, version {version}</source>
        <translation>{id}, Version {version}</translation>
    </message>
    <message>
        <source>{i} × {j} × {k} voxels</source>
        <translation>{i} × {j} × {k} Voxel</translation>
    </message>
    <message>
        <source>{i} × {j} × {k} voxels, read by {read_by}</source>
        <translation>{i} × {j} × {k} Voxel, gelesen von {read_by}</translation>
    </message>
    <message>
        <source>{i} × {j} × {k} voxels, {volumes} volumes</source>
        <translation>{i} × {j} × {k} Voxel, {volumes} Volumen</translation>
    </message>
    <message>
        <source>{key} belongs to “{owner}”, which would have it no longer.</source>
        <translation>{key} gehört zu „{owner}“, das die Taste dann nicht mehr hätte.</translation>
    </message>
    <message>
        <source>{key} is free.</source>
        <translation>{key} ist frei.</translation>
    </message>
    <message>
        <source>{key} is its key already.</source>
        <translation>{key} ist schon die Taste dafür.</translation>
    </message>
    <message>
        <source>{kind} it was made for</source>
        <translation>{kind}, für die es gemacht ist</translation>
    </message>
    <message>
        <source>{kind} of the {part}</source>
        <translation>{kind} ({part})</translation>
    </message>
    <message>
        <source>{kind}, {grid}</source>
        <translation>{kind}, {grid}</translation>
    </message>
    <message>
        <source>{left_out} lines of the truth name no row of the table.</source>
        <translation>{left_out} Zeilen der Wahrheit nennen keine Zeile der Tabelle.</translation>
    </message>
    <message>
        <source>{low:g} to {high:g}</source>
        <translation>{low:g} bis {high:g}</translation>
    </message>
    <message>
        <source>{low:g} to {high:g} years</source>
        <translation>{low:g} bis {high:g} Jahre</translation>
    </message>
    <message>
        <source>{lower}, made for the {wanted}</source>
        <translation>{lower}, gemacht für {wanted}</translation>
    </message>
    <message>
        <source>{modality}, made for {wanted}</source>
        <translation>{modality}, gemacht für {wanted}</translation>
    </message>
    <message>
        <source>{modality}; {part}; {plane} slices; {rows} × {columns} pixels</source>
        <translation>{modality}; {part}; Schichten {plane}; {rows} × {columns} Pixel</translation>
    </message>
    <message>
        <source>{model}, ten bins</source>
        <translation>{model}, zehn Klassen</translation>
    </message>
    <message>
        <source>{named} and {paths} more</source>
        <translation>{named} und {paths} weitere</translation>
    </message>
    <message>
        <source>{named} is impossible for uncompressed pixels; read as RGB</source>
        <translation>{named} ist für unkomprimierte Pixel unmöglich; als RGB gelesen</translation>
    </message>
    <message>
        <source>{name}
{id}, version {version}</source>
        <translation>{name}
{id}, Version {version}</translation>
    </message>
    <message>
        <source>{name} ({ratings} ratings)</source>
        <translation>{name} ({ratings} Bewertungen)</translation>
    </message>
    <message>
        <source>{name} becomes {size} when it is unpacked. Open it all the same?</source>
        <translation>{name} wird beim Entpacken {size} groß. Trotzdem öffnen?</translation>
    </message>
    <message>
        <source>{name} holds the truth of {count} cases.</source>
        <translation>{name} enthält die Wahrheit von {count} Fällen.</translation>
    </message>
    <message>
        <source>{name} is written ({slices} slices).</source>
        <translation>{name} ist geschrieben ({slices} Schichten).</translation>
    </message>
    <message>
        <source>{name} is written, {size}. {recipe}</source>
        <translation>{name} ist geschrieben, {size}. {recipe}</translation>
    </message>
    <message>
        <source>{name} was written, but no case has a label that stands yet.</source>
        <translation>{name} wurde geschrieben, aber noch hat kein Fall eine geltende Klasse.</translation>
    </message>
    <message>
        <source>{name}: n = {n}</source>
        <translation>{name}: n = {n}</translation>
    </message>
    <message>
        <source>{notice} Everything stays on this computer.</source>
        <translation>{notice} Alles bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>{n} cases, {persons}; {refused} of the cases are out of contract.</source>
        <translation>{n} Fälle, {persons}; {refused} der Fälle liegen außerhalb des Vertrags.</translation>
    </message>
    <message>
        <source>{one} and {other}</source>
        <translation>{one} und {other}</translation>
    </message>
    <message>
        <source>{one} or {other}</source>
        <translation>{one} oder {other}</translation>
    </message>
    <message>
        <source>{one} was not written: {message}</source>
        <translation>{one} wurde nicht geschrieben: {message}</translation>
    </message>
    <message>
        <source>{opened} opened</source>
        <translation>{opened} geöffnet</translation>
    </message>
    <message>
        <source>{opened} opened, {skipped} skipped</source>
        <translation>{opened} geöffnet, {skipped} übergangen</translation>
    </message>
    <message>
        <source>{pair:.4g} mm between rows, {pair_2:.4g} mm between columns</source>
        <translation>{pair:.4g} mm zwischen Zeilen, {pair_2:.4g} mm zwischen Spalten</translation>
    </message>
    <message>
        <source>{path}: the file could not be written (is the disk full?).</source>
        <translation>{path}: Die Datei konnte nicht geschrieben werden (ist der Datenträger voll?).</translation>
    </message>
    <message>
        <source>{photometric} of {allocated} bits is not read.</source>
        <translation>{photometric} mit {allocated} Bit wird nicht gelesen.</translation>
    </message>
    <message>
        <source>{photometric} of {precision} bits is not read.</source>
        <translation>{photometric} mit {precision} Bit wird nicht gelesen.</translation>
    </message>
    <message>
        <source>{planes} channels that name no colours are shown as phases</source>
        <translation>{planes} Kanäle, die keine Farben nennen, werden als Phasen gezeigt</translation>
    </message>
    <message>
        <source>{plane}: slices toward {axes}, rows {axes_2}, columns {axes_3}</source>
        <translation>{plane}: Schichten nach {axes}, Zeilen nach {axes_2}, Spalten nach {axes_3}</translation>
    </message>
    <message numerus="yes">
        <source>{point} Judged on %n others: accuracy {accuracy}.</source>
        <translation>
            <numerusform>{point} Beurteilt an %n anderen: Genauigkeit {accuracy}.</numerusform>
            <numerusform>{point} Beurteilt an %n anderen: Genauigkeit {accuracy}.</numerusform>
        </translation>
    </message>
    <message>
        <source>{point} {brief}</source>
        <translation>{point} {brief}</translation>
    </message>
    <message>
        <source>{point}: {brief}</source>
        <translation>{point}: {brief}</translation>
    </message>
    <message>
        <source>{reached} of {known} rows reach {threshold:.2f} for {name}.</source>
        <translation>{reached} von {known} Zeilen erreichen {threshold:.2f} für {name}.</translation>
    </message>
    <message>
        <source>{rows} × {columns} cells</source>
        <translation>{rows} × {columns} Felder</translation>
    </message>
    <message>
        <source>{said}, do not rely on it</source>
        <translation>{said}, verlassen Sie sich nicht darauf</translation>
    </message>
    <message>
        <source>{said}.</source>
        <translation>{said}.</translation>
    </message>
    <message>
        <source>{said}: {measured}</source>
        <translation>{said}: {measured}</translation>
    </message>
    <message>
        <source>{sample}, {order}</source>
        <translation>{sample}, {order}</translation>
    </message>
    <message>
        <source>{second} less {first}, {n} cases that both answered</source>
        <translation>{second} minus {first}, {n} Fälle, die beide beantwortet haben</translation>
    </message>
    <message>
        <source>{sentence} And {more} more.</source>
        <translation>{sentence} Und {more} weitere.</translation>
    </message>
    <message>
        <source>{sentence} Where: {key}.</source>
        <translation>{sentence} Wo: {key}.</translation>
    </message>
    <message>
        <source>{shown} from {gate} ends it. Else the most probable of the others counts at its own threshold ({limits}); below it the slice is ambiguous.</source>
        <translation>{shown} ab {gate} beendet es. Sonst zählt die wahrscheinlichste der anderen ab ihrer eigenen Schwelle ({limits}); darunter ist die Schicht mehrdeutig.</translation>
    </message>
    <message>
        <source>{shown} from {threshold}</source>
        <translation>{shown} ab {threshold}</translation>
    </message>
    <message>
        <source>{shown} is the most probable of the others and reaches its threshold.</source>
        <translation>{shown} ist die wahrscheinlichste der anderen Klassen und erreicht ihre Schwelle.</translation>
    </message>
    <message>
        <source>{shown} is the most probable of the others but stays below its threshold.</source>
        <translation>{shown} ist die wahrscheinlichste der anderen Klassen, bleibt aber unter ihrer Schwelle.</translation>
    </message>
    <message>
        <source>{shown} is the most probable of {labels} labels.</source>
        <translation>{shown} ist die wahrscheinlichste von {labels} Klassen.</translation>
    </message>
    <message>
        <source>{shown} of {rows} rows of {name}</source>
        <translation>{shown} von {rows} Zeilen von {name}</translation>
    </message>
    <message>
        <source>{shown} reaches its gate, which ends the decision.</source>
        <translation>{shown} erreicht ihre Vorschwelle; damit ist entschieden.</translation>
    </message>
    <message>
        <source>{shown} reaches its threshold.</source>
        <translation>{shown} erreicht ihre Schwelle.</translation>
    </message>
    <message>
        <source>{shown} {least} to {most}, mean {mean}</source>
        <translation>{shown} {least} bis {most}, Mittel {mean}</translation>
    </message>
    <message>
        <source>{shown}, if most probable</source>
        <translation>{shown}, wenn am wahrscheinlichsten</translation>
    </message>
    <message>
        <source>{sign} from {threshold}</source>
        <translation>{sign} ab {threshold}</translation>
    </message>
    <message>
        <source>{size}   pixel size by region</source>
        <translation>{size}   Pixelgröße je Region</translation>
    </message>
    <message>
        <source>{size}   pixel size unknown</source>
        <translation>{size}   Pixelgröße unbekannt</translation>
    </message>
    <message>
        <source>{size}, not read</source>
        <translation>{size}, nicht gelesen</translation>
    </message>
    <message>
        <source>{slices} × {phases} phases</source>
        <translation>{slices} × {phases} Phasen</translation>
    </message>
    <message>
        <source>{source}, as the slices lie in one picture (a mosaic)</source>
        <translation>{source}, wie die Schichten in einem Bild liegen (Mosaik)</translation>
    </message>
    <message>
        <source>{spacing:.4g} mm</source>
        <translation>{spacing:.4g} mm</translation>
    </message>
    <message>
        <source>{stored} as stored, kept as {dtype}</source>
        <translation>{stored} wie gespeichert, gehalten als {dtype}</translation>
    </message>
    <message>
        <source>{stored} of {allocated} bits, {sign}</source>
        <translation>{stored} von {allocated} Bit, {sign}</translation>
    </message>
    <message>
        <source>{subject}: no slice has a number to show</source>
        <translation>{subject}: Keine Schicht hat einen Wert zum Zeigen</translation>
    </message>
    <message>
        <source>{subject}{limit}: mean {mean}, maximum {most} on slice {highest}</source>
        <translation>{subject}{limit}: Mittel {mean}, Maximum {most} auf Schicht {highest}</translation>
    </message>
    <message>
        <source>{text}   {ids} series</source>
        <translation>{text}   {ids} Serien</translation>
    </message>
    <message>
        <source>{text}, folded</source>
        <translation>{text}, zugeklappt</translation>
    </message>
    <message>
        <source>{title}: off, not scored</source>
        <translation>{title}: aus, nicht bewertet</translation>
    </message>
    <message>
        <source>{total} of {total_2} slices scored</source>
        <translation>{total} von {total_2} Schichten bewertet</translation>
    </message>
    <message>
        <source>{truth}, decision: {column_name}</source>
        <translation>{truth}, Entscheidung: {column_name}</translation>
    </message>
    <message>
        <source>{unseen} of {seen} not looked at</source>
        <translation>{unseen} von {seen} nicht angesehen</translation>
    </message>
    <message>
        <source>{value:+.3f} ({low:+.3f} to {high:+.3f})</source>
        <translation>{value:+.3f} ({low:+.3f} bis {high:+.3f})</translation>
    </message>
    <message>
        <source>{value:.2f} ({low:.2f} to {high:.2f})</source>
        <translation>{value:.2f} ({low:.2f} bis {high:.2f})</translation>
    </message>
    <message>
        <source>{value:.3f} ({low:.3f} to {high:.3f})</source>
        <translation>{value:.3f} ({low:.3f} bis {high:.3f})</translation>
    </message>
    <message>
        <source>{value:g} % of the heart beat</source>
        <translation>{value:g} % des Herzschlags</translation>
    </message>
    <message>
        <source>{value:g} kV</source>
        <translation>{value:g} kV</translation>
    </message>
    <message>
        <source>{value:g} ms</source>
        <translation>{value:g} ms</translation>
    </message>
    <message>
        <source>{value:g} s</source>
        <translation>{value:g} s</translation>
    </message>
    <message>
        <source>{value}</source>
        <translation>{value}</translation>
    </message>
    <message>
        <source>{value} (interpolated)</source>
        <translation>{value} (interpoliert)</translation>
    </message>
    <message>
        <source>{what}, and this version of Slicelens reads up to {newest}. Export the model again with an older one.</source>
        <translation>{what}, und diese Version von Slicelens liest bis {newest}. Exportieren Sie das Modell noch einmal mit einem älteren.</translation>
    </message>
    <message>
        <source>{what}, hidden</source>
        <translation>{what}, verborgen</translation>
    </message>
    <message>
        <source>{what}, pane {number} of {count}</source>
        <translation>{what}, Bildfeld {number} von {count}</translation>
    </message>
    <message>
        <source>{what}, pane {number} of {count}, active</source>
        <translation>{what}, Bildfeld {number} von {count}, aktiv</translation>
    </message>
    <message>
        <source>{what}, shown</source>
        <translation>{what}, gezeigt</translation>
    </message>
    <message>
        <source>{what}, slice {index}/{count}{phase}</source>
        <translation>{what}, Schicht {index}/{count}{phase}</translation>
    </message>
    <message>
        <source>{who}   {several}, {ids} series</source>
        <translation>{who}   {several}, {ids} Serien</translation>
    </message>
    <message>
        <source>{why} Go on with PgDn, or say that you cannot tell.</source>
        <translation>{why} Gehen Sie mit Bild↓ weiter, oder sagen Sie, dass es nicht zu sagen ist.</translation>
    </message>
    <message>
        <source>{why} Go on with PgDn; it is left out this time.</source>
        <translation>{why} Gehen Sie mit Bild↓ weiter; er wird diesmal ausgelassen.</translation>
    </message>
    <message>
        <source>{why} The file has {opsets}; version {ir_version} of the format.</source>
        <translation>{why} Die Datei hat {opsets}; Version {ir_version} des Formats.</translation>
    </message>
    <message>
        <source>{wrong}{what} encrypted. The password is forgotten when you quit.</source>
        <translation>{wrong}{what} verschlüsselt. Das Passwort wird beim Beenden vergessen.</translation>
    </message>
    <message>
        <source>{y_label} over {x_label}</source>
        <translation>{y_label} über {x_label}</translation>
    </message>
    <message>
        <source>−1024 to 1024, as torchxrayvision</source>
        <translation>−1024 bis 1024, wie torchxrayvision</translation>
    </message>
</context>
</TS>
