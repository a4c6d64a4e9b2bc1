"""The languages of the window, as Qt reads them from `resources/translations`; Qt's own buttons and menus follow."""

from importlib.resources import as_file, files

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from desktop.state.settings import LANGUAGE
from desktop.state.texts.language import use_translation

LANGUAGES = {"system": "As the system", "english": "English", "german": "Deutsch"}
"""The choices by their names in the settings. A language is called by its own name, so that its speakers find it."""
_CODES = {"german": "de"}


def apply_language(app: QApplication, choice: str) -> None:
    """Say everything that is made from now on in a language, by the setting's name of it."""
    for translator in app.findChildren(QTranslator):
        app.removeTranslator(translator)
        translator.deleteLater()
    code = _CODES.get(choice if choice != LANGUAGE.default else _language_of_system())
    if code is None:
        use_translation(None)
        return
    own, of_qt = QTranslator(app), QTranslator(app)
    with as_file(files("resources") / "translations" / f"slicelens_{code}.qm") as path:
        # A translation that is not there, or damaged, is no reason not to start: English is said then.
        own.load(str(path))
    of_qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    app.installTranslator(of_qt)
    use_translation(lambda source, comment, count: own.translate("", source, comment, count) or None)


def _language_of_system() -> str:
    """Return the name of the first of the person's languages that there is; English if there is none."""
    for tag in QLocale.system().uiLanguages():
        spoken = QLocale(tag).language()
        if spoken == QLocale.Language.German:
            return "german"
        if spoken == QLocale.Language.English:
            return "english"
    return "english"
