<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name></name>
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
        <source>(changed)</source>
        <translation>(geändert)</translation>
    </message>
    <message>
        <source>, sources of {made}</source>
        <translation>, Quelltext vom {made}</translation>
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
        <source>A classifier of slices has one input; this graph has another number.</source>
        <translation>Ein Modell für Schichten hat einen Eingang; dieser Graph hat eine andere Zahl.</translation>
    </message>
    <message>
        <source>A copy without identity cannot be made of this file.</source>
        <translation>Von dieser Datei lässt sich keine Kopie ohne Patientendaten anfertigen.</translation>
    </message>
    <message>
        <source>A figure is a PNG or a TIFF; let the name of OUT end in .png or .tif.</source>
        <translation>Eine Abbildung ist ein PNG oder ein TIFF; der Name der Datei muss auf .png oder .tif enden.</translation>
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
        <source>A model is named twice; its rows would stand in the table twice.</source>
        <translation>Ein Modell ist zweimal genannt; seine Zeilen stünden doppelt in der Tabelle.</translation>
    </message>
    <message>
        <source>A report is about a slice as it was acquired, not about a cut across slices.</source>
        <translation>Ein Bericht gilt einer Schicht, wie sie aufgenommen wurde, nicht einem Schnitt quer durch die Schichten.</translation>
    </message>
    <message>
        <source>A series into any pane</source>
        <translation>Eine Serie in ein beliebiges Bildfeld</translation>
    </message>
    <message>
        <source>About Slicelens</source>
        <translation>Über Slicelens</translation>
    </message>
    <message>
        <source>About this model</source>
        <translation>Über dieses Modell</translation>
    </message>
    <message>
        <source>Active pane alone, and back</source>
        <translation>Aktives Bildfeld allein, und zurück</translation>
    </message>
    <message>
        <source>All as at first</source>
        <translation>Alles wie am Anfang</translation>
    </message>
    <message>
        <source>All of it</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>An argument is not usable.</source>
        <translation>Ein Argument ist nicht brauchbar.</translation>
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
        <source>Analyse the series</source>
        <translation>Serie analysieren</translation>
    </message>
    <message>
        <source>Analyse this slice</source>
        <translation>Diese Schicht analysieren</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>Another program writes to this table now.</source>
        <translation>Ein anderes Programm schreibt gerade in diese Tabelle.</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>Fläche</translation>
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
        <source>Ask for a slice, phase or series that exists.</source>
        <translation>Wählen Sie eine Schicht, Phase oder Serie, die es gibt.</translation>
    </message>
    <message>
        <source>Ask the authors for a model of standard ONNX operators.</source>
        <translation>Bitten Sie die Autoren um ein Modell aus gewöhnlichen ONNX-Operatoren.</translation>
    </message>
    <message>
        <source>Ask the authors for a model that ONNX Runtime can load.</source>
        <translation>Bitten Sie die Autoren um ein Modell, das ONNX Runtime laden kann.</translation>
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
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
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
        <source>Brain  80 / 40</source>
        <translation>Gehirn  80 / 40</translation>
    </message>
    <message>
        <source>Cancel what runs; then reset the view</source>
        <translation>Laufendes abbrechen; dann die Ansicht zurücksetzen</translation>
    </message>
    <message>
        <source>Change keys</source>
        <translation>Tasten ändern</translation>
    </message>
    <message>
        <source>Change keys…</source>
        <translation>Tasten ändern…</translation>
    </message>
    <message>
        <source>Check the path, or plug in the disc or drive that it is on.</source>
        <translation>Prüfen Sie den Pfad, oder schließen Sie das Laufwerk an, auf dem die Datei liegt.</translation>
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
        <source>Choose an installed model, or open a bundle.</source>
        <translation>Wählen Sie ein installiertes Modell, oder öffnen Sie ein Modellpaket.</translation>
    </message>
    <message>
        <source>Choose another folder, or make room on the disc.</source>
        <translation>Wählen Sie einen anderen Ordner, oder schaffen Sie Platz auf dem Datenträger.</translation>
    </message>
    <message>
        <source>Choose one of the layers that the list offers.</source>
        <translation>Wählen Sie eine der angebotenen Ebenen des Netzes.</translation>
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
        <source>Cividis (for colour-blind eyes too)</source>
        <translation>Cividis (auch bei Farbenfehlsichtigkeit)</translation>
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
        <source>Cobb angle</source>
        <translation>Cobb-Winkel</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
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
        <source>Copies of this kind of picture are not made. As PNG they would be.</source>
        <translation>Von Bildern dieser Art werden keine Kopien angefertigt; als PNG ginge es.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
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
        <source>Corner text</source>
        <translation>Text in den Ecken</translation>
    </message>
    <message>
        <source>Corner text: all, some, none</source>
        <translation>Text in den Ecken: alles, weniger, nichts</translation>
    </message>
    <message>
        <source>Correct the argument.</source>
        <translation>Berichtigen Sie das Argument.</translation>
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
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>De-identify…</source>
        <translation>De-identifizieren…</translation>
    </message>
    <message>
        <source>Del</source>
        <translation>Entf</translation>
    </message>
    <message>
        <source>Delete the measurement</source>
        <translation>Messung löschen</translation>
    </message>
    <message>
        <source>Dim, for a dark reading room</source>
        <translation>Gedämpft, für einen dunklen Befundraum</translation>
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
        <source>Draw what reports among the files measured</source>
        <translation>Zeichnen, was Berichte unter den Dateien gemessen haben</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>Ablegen</translation>
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
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Enter or a double click shows the whole text.</source>
        <translation>Die Eingabetaste oder ein Doppelklick zeigt den ganzen Text.</translation>
    </message>
    <message>
        <source>Exchange first and second model (A/B)</source>
        <translation>Erstes und zweites Modell tauschen (A/B)</translation>
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
        <source>Export measurements…</source>
        <translation>Messungen exportieren…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
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
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>For the pixels of one series. One that needs more is not read whole: the slices around the one you look at stay in memory, the others are read again when you come to them. It holds for what you open next.</source>
        <translation>Für die Pixel einer Serie. Braucht eine mehr, wird sie nicht ganz gelesen: Die Schichten um die gezeigte bleiben im Speicher, die anderen werden neu gelesen, wenn Sie dorthin kommen. Gilt für alles, was Sie danach öffnen.</translation>
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
        <source>Freehand area</source>
        <translation>Freihandfläche</translation>
    </message>
    <message>
        <source>Full screen, and back</source>
        <translation>Vollbild, und zurück</translation>
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
        <source>Grey</source>
        <translation>Grau</translation>
    </message>
    <message>
        <source>Half of what is free ({free} now)</source>
        <translation>Die Hälfte des freien Speichers (jetzt {free})</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Heatmap</translation>
    </message>
    <message>
        <source>Heatmap (hold the key: peek underneath)</source>
        <translation>Heatmap (Taste halten: darunter sehen)</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Verbergen</translation>
    </message>
    <message>
        <source>Hide patient data everywhere</source>
        <translation>Patientendaten überall verbergen</translation>
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
        <source>Import measurements…</source>
        <translation>Messungen importieren…</translation>
    </message>
    <message>
        <source>Inferno</source>
        <translation>Inferno</translation>
    </message>
    <message>
        <source>Install Slicelens again; nothing of yours is lost.</source>
        <translation>Installieren Sie Slicelens neu; von Ihnen geht nichts verloren.</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>Invertieren</translation>
    </message>
    <message>
        <source>It was stopped before it was done.</source>
        <translation>Der Vorgang wurde angehalten, bevor er fertig war.</translation>
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
        <source>Keys and gestures</source>
        <translation>Tasten und Gesten</translation>
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
        <source>Lines where other panes cut this one</source>
        <translation>Linien, an denen andere Bildfelder dieses schneiden</translation>
    </message>
    <message>
        <source>List of measurements</source>
        <translation>Liste der Messungen</translation>
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
        <source>Look at it in the plane it was acquired in; other planes need positions in the files.</source>
        <translation>Sehen Sie sie in der Ebene an, in der sie aufgenommen wurde; andere Ebenen brauchen Positionen in den Dateien.</translation>
    </message>
    <message>
        <source>Lung  1500 / −600</source>
        <translation>Lunge  1500 / −600</translation>
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
        <source>Make a bundle of an ONNX file…</source>
        <translation>Modellpaket aus einer ONNX-Datei machen…</translation>
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
        <source>Middle drag / Shift+left drag</source>
        <translation>Ziehen mit der Mitteltaste / Umschalt+Ziehen mit links</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models and licences</source>
        <translation>Modelle und Lizenzen</translation>
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
        <source>New key</source>
        <translation>Neue Taste</translation>
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
        <source>No case of this table has a label that stands; label some of them first.</source>
        <translation>Kein Fall dieser Tabelle hat eine geltende Klasse; beschriften Sie zuerst einige.</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>No model is installed.</source>
        <translation>Es ist kein Modell installiert.</translation>
    </message>
    <message>
        <source>No output of the graph is one row of scores, so it is no classifier.</source>
        <translation>Kein Ausgang des Graphen ist eine Zeile von Werten; er ist also kein Klassifikator.</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
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
        <source>On, paths, layout, slices and windows are kept in a file on this computer, so that they can be brought back after a crash or with File › Restore the last session. Names of files and folders may name patients. Off, the file goes.</source>
        <translation>Ist dies an, werden Pfade, Aufteilung, Schichten und Fensterungen in einer Datei auf diesem Rechner gemerkt, damit sie nach einem Absturz oder mit Datei › Letzte Sitzung wiederherstellen zurückkommen. Namen von Dateien und Ordnern können Patienten nennen. Ist es aus, wird die Datei gelöscht.</translation>
    </message>
    <message>
        <source>One</source>
        <translation>Eins</translation>
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
        <source>One slice a notch</source>
        <translation>Eine Schicht je Raste</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation>Modell öffnen…</translation>
    </message>
    <message>
        <source>Open a table of results…</source>
        <translation>Ergebnistabelle öffnen…</translation>
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
        <source>Opens beside what is open; with Shift: in its place</source>
        <translation>Öffnet zusätzlich zum Geöffneten; mit Umschalt: an dessen Stelle</translation>
    </message>
    <message>
        <source>PET</source>
        <translation>PET</translation>
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
        <source>Part</source>
        <translation>Bestandteil</translation>
    </message>
    <message>
        <source>Parts and their licences</source>
        <translation>Bestandteile und ihre Lizenzen</translation>
    </message>
    <message>
        <source>Paste it on this slice</source>
        <translation>Auf dieser Schicht einfügen</translation>
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
        <source>Print…</source>
        <translation>Drucken…</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Messpunkt</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Radiological side (patient&apos;s right on the left)</source>
        <translation>Radiologische Seite (rechts des Patienten ist links)</translation>
    </message>
    <message>
        <source>Reading the file took too long and was stopped; it is probably damaged.</source>
        <translation>Das Lesen der Datei dauerte zu lange und wurde angehalten; sie ist vermutlich beschädigt.</translation>
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
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Reports among the files</source>
        <translation>Berichte unter den Dateien</translation>
    </message>
    <message>
        <source>Restore the last session</source>
        <translation>Letzte Sitzung wiederherstellen</translation>
    </message>
    <message>
        <source>Right click</source>
        <translation>Rechtsklick</translation>
    </message>
    <message>
        <source>Right drag / Ctrl+wheel</source>
        <translation>Ziehen mit rechts / Strg+Mausrad</translation>
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
        <source>S&amp;amples</source>
        <translation>&amp;Beispiele</translation>
    </message>
    <message>
        <source>Save a report…</source>
        <translation>Bericht speichern…</translation>
    </message>
    <message>
        <source>Scale bar</source>
        <translation>Maßstab</translation>
    </message>
    <message>
        <source>Score folders into a table…</source>
        <translation>Ordner in eine Tabelle bewerten…</translation>
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
        <source>Shift</source>
        <translation>Umschalt</translation>
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
        <source>Side</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Slab: maximum, minimum, mean (again: the next)</source>
        <translation>Slab: Maximum, Minimum, Mittelwert (nochmals: das nächste)</translation>
    </message>
    <message>
        <source>Slicelens met a fault of its own here, which is ours to mend; nothing was changed.</source>
        <translation>Slicelens ist auf einen eigenen Fehler gestoßen, den wir beheben müssen; es wurde nichts verändert.</translation>
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
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Start page, and back</source>
        <translation>Startseite, und zurück</translation>
    </message>
    <message>
        <source>Tags of the slice&apos;s file</source>
        <translation>Tags der Datei dieser Schicht</translation>
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
        <source>Text beside the measurement…</source>
        <translation>Text neben der Messung…</translation>
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
        <source>The answer does not depend on this layer.</source>
        <translation>Die Antwort hängt nicht von dieser Ebene ab.</translation>
    </message>
    <message>
        <source>The archive holds more than any real bundle.</source>
        <translation>Das Archiv enthält mehr als jedes echte Modellpaket.</translation>
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
        <source>The compressed picture is larger than the header of the file says.</source>
        <translation>Das komprimierte Bild ist größer, als der Dateikopf angibt.</translation>
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
        <source>The figure would be too large; choose fewer dots per inch or fewer panes.</source>
        <translation>Die Abbildung würde zu groß; wählen Sie weniger Punkte je Zoll oder weniger Bildfelder.</translation>
    </message>
    <message>
        <source>The file could not be read: the disk or the network reported an error.</source>
        <translation>Die Datei konnte nicht gelesen werden: Datenträger oder Netz meldeten einen Fehler.</translation>
    </message>
    <message>
        <source>The file does not say how its pixels are compressed.</source>
        <translation>Die Datei gibt nicht an, wie ihre Pixel komprimiert sind.</translation>
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
        <source>The file is empty.</source>
        <translation>Die Datei ist leer.</translation>
    </message>
    <message>
        <source>The file is larger than any real model.</source>
        <translation>Die Datei ist größer als jedes echte Modell.</translation>
    </message>
    <message>
        <source>The file is valid, but it uses a feature that Slicelens does not read.</source>
        <translation>Die Datei ist gültig, verwendet aber etwas, das Slicelens nicht liest.</translation>
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
        <source>The file of shapes must be {&quot;version&quot;: 1, &quot;shapes&quot;: […]}.</source>
        <translation>Die Datei mit den Formen muss {&quot;version&quot;: 1, &quot;shapes&quot;: […]} sein.</translation>
    </message>
    <message>
        <source>The file or folder cannot be read with your permissions.</source>
        <translation>Die Datei oder der Ordner ist mit Ihren Rechten nicht lesbar.</translation>
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
        <source>The film could not be written (is the disk full?).</source>
        <translation>Der Film konnte nicht geschrieben werden (ist der Datenträger voll?).</translation>
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
        <source>The golden pairs of the model take too long, all together.</source>
        <translation>Die Vergleichsfälle des Modells dauern zusammen zu lange.</translation>
    </message>
    <message>
        <source>The graph does not say which opset it uses.</source>
        <translation>Der Graph gibt nicht an, welches Opset er verwendet.</translation>
    </message>
    <message>
        <source>The graph insists on more than one slice at a time.</source>
        <translation>Der Graph besteht auf mehr als einer Schicht auf einmal.</translation>
    </message>
    <message>
        <source>The graph&apos;s class maps are none.</source>
        <translation>Der Graph hat keine brauchbaren Klassenkarten.</translation>
    </message>
    <message>
        <source>The graph&apos;s input is not a picture [N, channels, rows, columns] of floats or of whole numbers of 8 bits.</source>
        <translation>Der Eingang des Graphen ist kein Bild [N, Kanäle, Zeilen, Spalten] aus Gleitkommazahlen oder ganzen Zahlen mit 8 Bit.</translation>
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
        <source>The header promises more pixels than the file holds.</source>
        <translation>Der Dateikopf verspricht mehr Pixel, als die Datei enthält.</translation>
    </message>
    <message>
        <source>The headers of DICOM, NIfTI, NRRD, MetaImage and pictures are listed alone.</source>
        <translation>Nur die Köpfe von DICOM, NIfTI, NRRD, MetaImage und Bildern werden aufgelistet.</translation>
    </message>
    <message>
        <source>The installation of Slicelens is damaged: files of the program are missing. Install it again.</source>
        <translation>Die Installation von Slicelens ist beschädigt: Dateien des Programms fehlen. Installieren Sie es neu.</translation>
    </message>
    <message>
        <source>The job file of this table was written by a newer Slicelens.</source>
        <translation>Die Auftragsdatei dieser Tabelle wurde von einem neueren Slicelens geschrieben.</translation>
    </message>
    <message>
        <source>The model gave no answer for this slice, so there is no heatmap.</source>
        <translation>Das Modell gab für diese Schicht keine Antwort, daher gibt es keine Heatmap.</translation>
    </message>
    <message>
        <source>The model is larger than an ONNX file can be.</source>
        <translation>Das Modell ist größer, als eine ONNX-Datei sein kann.</translation>
    </message>
    <message>
        <source>The model&apos;s features do not fit its out-of-distribution statistics.</source>
        <translation>Die Merkmale des Modells passen nicht zu seiner Statistik der Trainingsfälle.</translation>
    </message>
    <message>
        <source>The names of the pixel files are given in a way that Slicelens does not read.</source>
        <translation>Die Namen der Pixeldateien sind in einer Weise angegeben, die Slicelens nicht liest.</translation>
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
        <source>The path to write to is a folder or a device, not a file.</source>
        <translation>Der Pfad, an den geschrieben werden soll, ist ein Ordner oder ein Gerät, keine Datei.</translation>
    </message>
    <message>
        <source>The patient&apos;s right on the left (radiological)</source>
        <translation>Rechts des Patienten ist links im Bild (radiologisch)</translation>
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
        <source>The pixels are compressed, but the header calls them uncompressed.</source>
        <translation>Die Pixel sind komprimiert, der Dateikopf nennt sie aber unkomprimiert.</translation>
    </message>
    <message>
        <source>The pixels could not be decoded; the file is damaged or its compression is not supported.</source>
        <translation>Die Pixel konnten nicht dekodiert werden; die Datei ist beschädigt, oder ihre Komprimierung wird nicht unterstützt.</translation>
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
        <source>The result could not be written there.</source>
        <translation>Das Ergebnis konnte dort nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>The same window, zoom and pan in all panes</source>
        <translation>Gleiche Fensterung, gleicher Zoom und Ausschnitt in allen Bildfeldern</translation>
    </message>
    <message>
        <source>The samples do not divide evenly among the files that the header names.</source>
        <translation>Die Werte verteilen sich nicht gleichmäßig auf die Dateien, die der Kopf nennt.</translation>
    </message>
    <message>
        <source>The series does not say where its slices are in the patient, so other planes cannot be made.</source>
        <translation>Die Serie gibt nicht an, wo ihre Schichten im Patienten liegen; andere Ebenen lassen sich daher nicht berechnen.</translation>
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
        <source>The truth file has no line with a label.</source>
        <translation>Die Datei mit der Wahrheit hat keine Zeile mit einer Klasse.</translation>
    </message>
    <message>
        <source>The weights of this bundle do not belong to its architecture.</source>
        <translation>Die Gewichte dieses Modellpakets gehören nicht zu seiner Architektur.</translation>
    </message>
    <message>
        <source>The window took too long.</source>
        <translation>Das Fenster brauchte zu lange.</translation>
    </message>
    <message>
        <source>There is a table of that name. Add --resume to go on with it, or name another one.</source>
        <translation>Eine Tabelle dieses Namens gibt es schon. Setzen Sie sie mit --resume fort, oder nennen Sie eine andere.</translation>
    </message>
    <message>
        <source>There is no file or folder at this path.</source>
        <translation>Unter diesem Pfad gibt es weder Datei noch Ordner.</translation>
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
        <source>There is nothing in there to open.</source>
        <translation>Darin ist nichts zu öffnen.</translation>
    </message>
    <message>
        <source>There is something else at this path already.</source>
        <translation>Unter diesem Pfad liegt schon etwas anderes.</translation>
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
        <source>This DICOM object is not an image (a report, a plan, a set of contours or the like).</source>
        <translation>Dieses DICOM-Objekt ist kein Bild (sondern ein Bericht, ein Plan, ein Satz von Konturen oder Ähnliches).</translation>
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
        <source>This bundle has no weights for the torch path.</source>
        <translation>Dieses Modellpaket hat keine Gewichte für den Weg über torch.</translation>
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
        <source>This is no table in CSV: it is not text in UTF-8.</source>
        <translation>Dies ist keine Tabelle in CSV: Es ist kein Text in UTF-8.</translation>
    </message>
    <message>
        <source>This is no table of results that Slicelens wrote.</source>
        <translation>Dies ist keine Ergebnistabelle, die Slicelens geschrieben hat.</translation>
    </message>
    <message>
        <source>This is not a DICOM file.</source>
        <translation>Dies ist keine DICOM-Datei.</translation>
    </message>
    <message>
        <source>This is not a format that Slicelens reads.</source>
        <translation>Dieses Format liest Slicelens nicht.</translation>
    </message>
    <message>
        <source>This is the image of a disc (ISO), which Slicelens does not read. Open it with your system (a double click mounts it on most) or unpack it, and open the folder.</source>
        <translation>Dies ist das Abbild eines Datenträgers (ISO), das Slicelens nicht liest. Öffnen Sie es mit Ihrem System (meist bindet ein Doppelklick es ein) oder entpacken Sie es, und öffnen Sie den Ordner.</translation>
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
        <source>This slice holds no values that a model could read.</source>
        <translation>Diese Schicht enthält keine Werte, die ein Modell lesen könnte.</translation>
    </message>
    <message>
        <source>This table has other columns than the one that would go on here.</source>
        <translation>Diese Tabelle hat andere Spalten als die, die hier fortgesetzt würde.</translation>
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
        <source>Turn</source>
        <translation>Drehen</translation>
    </message>
    <message>
        <source>Turn the planes</source>
        <translation>Die Ebenen drehen</translation>
    </message>
    <message>
        <source>Two</source>
        <translation>Zwei</translation>
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
        <source>Two shapes of the file have the same `uid`.</source>
        <translation>Zwei Formen der Datei haben dieselbe `uid`.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Unpack the archive yourself and open the folder.</source>
        <translation>Entpacken Sie das Archiv selbst, und öffnen Sie den Ordner.</translation>
    </message>
    <message>
        <source>Use the heatmap of the bundle&apos;s own layer, or install the full edition.</source>
        <translation>Verwenden Sie die Heatmap der Ebene, die das Modellpaket vorsieht, oder installieren Sie die volle Ausgabe.</translation>
    </message>
    <message>
        <source>Use this key</source>
        <translation>Diese Taste verwenden</translation>
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
        <source>What completes the model must be one JSON object, as bundle.json is one.</source>
        <translation>Was das Modell ergänzt, muss ein JSON-Objekt sein, wie bundle.json eines ist.</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>Was das Modell gesehen hat</translation>
    </message>
    <message>
        <source>What was opened and skipped</source>
        <translation>Was geöffnet und was übergangen wurde</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Mausrad</translation>
    </message>
    <message>
        <source>Why does it look like this?</source>
        <translation>Warum sieht es so aus?</translation>
    </message>
    <message>
        <source>Window (contrast)</source>
        <translation>Fensterung (Kontrast)</translation>
    </message>
    <message>
        <source>Window: right is wider, up is brighter</source>
        <translation>Fensterung: rechts ist breiter, oben ist heller</translation>
    </message>
    <message>
        <source>Zoom at the cursor</source>
        <translation>Zoom um den Mauszeiger</translation>
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
</context>
</TS>
