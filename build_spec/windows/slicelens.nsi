; The Windows installer: for one person, no administrator, in %LOCALAPPDATA%\Programs\Slicelens. package_windows.py compiles it.
;
;   slicelens-….exe                 asks where to, and installs
;   slicelens-….exe /S              asks nothing (for IT); /D=C:\Tools\Slicelens as the last word chooses the folder
;   "…\uninstall.exe" /S            removes it as silently
;
;   "…\uninstall.exe" /S _?=FOLDER   the same, but waits for it, so that its exit code is had (FOLDER: where it is installed, last and
;                                   without quotes); uninstall.exe itself stays then, since it runs
;
; Exit codes: 0 done, 1 the person gave up, 2 it could not be done (a silent run has no other way to say so).
; It writes below HKEY_CURRENT_USER and its own folder only. It takes no file type away from another program: DICOM, NIfTI and
; the others get Slicelens as one of “Open with”, and only bundles (.slb), which nobody else reads, are opened with it at once.
; An older version goes when the new one is unpacked and lies beside it, and comes back where the new one cannot take its place.
; Of two versions in two folders the one installed last is known to Windows, and removing the other leaves that alone.

Unicode true
ManifestDPIAware true
!include MUI2.nsh
!include LogicLib.nsh
!include x64.nsh
!include FileFunc.nsh
!include WinVer.nsh

!define NAME "Slicelens"
!define PROGID "Slicelens.File"
!define BUNDLE_PROGID "Slicelens.Bundle"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Slicelens"
!define PATHS_KEY "Software\Microsoft\Windows\CurrentVersion\App Paths\slicelens.exe"
!define SHCNE_ASSOCCHANGED 0x08000000
; Beside the program in its own folder: moving within a disk is done or not done, and nothing between.
!define NEW "$INSTDIR\slicelens-new"
!define OLD "$INSTDIR\slicelens-old"
; A virus scanner holds what was just written, for a moment.
!define TRIES 20
!define MS_BETWEEN_TRIES 500

Name "${NAME} ${VERSION} (${EDITION})"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Slicelens"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
ShowInstDetails nevershow
ShowUninstDetails nevershow
BrandingText "Research use only. Not for diagnosis."
!ifdef QUICK
  SetCompress off
!else
  SetCompressor /SOLID lzma
!endif
!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "${NAME} (${EDITION})"
VIAddVersionKey "FileDescription" "Installs ${NAME}, a viewer for radiology images. Research use only. Not for diagnosis."
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION} ${BUILD}"
VIAddVersionKey "LegalCopyright" "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\slicelensw.exe"
!define MUI_FINISHPAGE_RUN_NOTCHECKED
!insertmacro MUI_PAGE_LICENSE "${LICENSE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!macro FAIL text
  MessageBox MB_OK|MB_ICONSTOP "${text}" /SD IDOK
  SetErrorLevel 2
  Quit
!macroend

; A running program keeps its files: then nothing is touched.
!macro END_IF_HELD file
  ${If} ${FileExists} "${file}"
    ClearErrors
    FileOpen $0 "${file}" a
    ${If} ${Errors}
      !insertmacro FAIL "Slicelens is running, or its folder cannot be written to. Close it and try again; nothing was changed."
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

; Programs that are not ours may have a folder of this name as well, which must not go with ours.
!macro END_IF_ANOTHER_PROGRAM
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\slicelensw.exe"
    !insertmacro FAIL "Another program lies in $INSTDIR. Choose another folder; nothing was changed."
  ${EndIf}
!macroend

; What an installation consists of, moved from one folder to another; `$failed` is 1 where that ended half-way. Nothing else
; that may lie in the same folder is touched.
Var from
Var to
Var part
Var tries
Var failed
!macro MOVE_PROGRAM from to
  StrCpy $from "${from}"
  StrCpy $to "${to}"
  Call MoveProgram
!macroend

Function MoveProgram
  StrCpy $failed 0
  StrCpy $part "_internal"
  Call MovePart
  StrCpy $part "slicelens.exe"
  Call MovePart
  StrCpy $part "slicelensw.exe"
  Call MovePart
FunctionEnd

Function MovePart
  ${If} $failed = 1
  ${OrIfNot} ${FileExists} "$from\$part"
    Return
  ${EndIf}
  ${For} $tries 1 ${TRIES}
    ClearErrors
    Rename "$from\$part" "$to\$part"
    ${IfNot} ${Errors}
      Return
    ${EndIf}
    Sleep ${MS_BETWEEN_TRIES}
  ${Next}
  StrCpy $failed 1
FunctionEnd

!macro OFFER extension
  WriteRegStr HKCU "Software\Classes\${extension}\OpenWithProgids" "${PROGID}" ""
!macroend

!macro NO_LONGER_OFFER extension
  DeleteRegValue HKCU "Software\Classes\${extension}\OpenWithProgids" "${PROGID}"
  DeleteRegKey /ifempty HKCU "Software\Classes\${extension}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "Software\Classes\${extension}"
!macroend

!macro EACH_EXTENSION do
  !insertmacro ${do} ".dcm"
  !insertmacro ${do} ".dicom"
  !insertmacro ${do} ".nii"
  !insertmacro ${do} ".gz"
  !insertmacro ${do} ".nrrd"
  !insertmacro ${do} ".nhdr"
  !insertmacro ${do} ".mha"
  !insertmacro ${do} ".mhd"
!macroend

!macro TELL_EXPLORER
  System::Call 'shell32::SHChangeNotify(i ${SHCNE_ASSOCCHANGED}, i 0, p 0, p 0)'
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    !insertmacro FAIL "Slicelens needs a 64-bit Windows 10 or later."
  ${EndIf}
  SetRegView 64
FunctionEnd

; Whoever gives up at a file that cannot be written gets rid of the others too.
Function .onInstFailed
  SetOutPath "$PROFILE"
  RMDir /r "${NEW}"
  RMDir "$INSTDIR"
FunctionEnd

Function un.onInit
  SetRegView 64
FunctionEnd

Section
  SetShellVarContext current
  !insertmacro END_IF_ANOTHER_PROGRAM
  !insertmacro END_IF_HELD "$INSTDIR\slicelensw.exe"
  !insertmacro END_IF_HELD "$INSTDIR\slicelens.exe"
  ; An installation that was cut short may have left one of these.
  RMDir /r "${NEW}"
  RMDir /r "${OLD}"
  ${GetRoot} "$INSTDIR" $1
  ${DriveSpace} "$1\" "/D=F /S=K" $2
  ${If} $2 != ""
  ${AndIf} $2 L< ${SIZE_KB}
    !insertmacro FAIL "There is not enough room on $1: Slicelens takes ${SIZE_KB} KB. Nothing was changed."
  ${EndIf}
  ClearErrors
  SetOutPath "${NEW}"
  File /r "${SOURCE}/*"
  SetOutPath "$INSTDIR"
  ${If} ${Errors}
    RMDir /r "${NEW}"
    SetOutPath "$PROFILE"
    RMDir "$INSTDIR"
    !insertmacro FAIL "Not every file could be written to $INSTDIR. Is the disk full, or does a virus scanner hold them? Nothing was changed."
  ${EndIf}
  CreateDirectory "${OLD}"
  !insertmacro MOVE_PROGRAM "$INSTDIR" "${OLD}"
  ${If} $failed = 0
    !insertmacro MOVE_PROGRAM "${NEW}" "$INSTDIR"
    ${If} $failed = 1
      !insertmacro MOVE_PROGRAM "$INSTDIR" "${NEW}"
      StrCpy $failed 1
    ${EndIf}
  ${EndIf}
  ${If} $failed = 1
    !insertmacro MOVE_PROGRAM "${OLD}" "$INSTDIR"
    RMDir /r "${NEW}"
    RMDir "${OLD}"
    !insertmacro FAIL "A file in $INSTDIR is in use. Close Slicelens and what else has it open, and try again; nothing was changed."
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  RMDir /r "${NEW}"
  RMDir /r "${OLD}"
  ; Out of the program's folder, which could not be removed while it is somebody's working directory.
  SetOutPath "$PROFILE"
  CreateShortcut "$SMPROGRAMS\Slicelens.lnk" "$INSTDIR\slicelensw.exe" "" "$INSTDIR\slicelensw.exe" 0
  SetOutPath "$INSTDIR"

  WriteRegStr HKCU "${PATHS_KEY}" "" "$INSTDIR\slicelens.exe"
  WriteRegStr HKCU "Software\Classes\${PROGID}" "" "Radiology image"
  WriteRegStr HKCU "Software\Classes\${PROGID}\DefaultIcon" "" "$INSTDIR\slicelensw.exe,0"
  WriteRegStr HKCU "Software\Classes\${PROGID}\shell\open" "FriendlyAppName" "Slicelens"
  WriteRegStr HKCU "Software\Classes\${PROGID}\shell\open\command" "" '"$INSTDIR\slicelensw.exe" "%1"'
  WriteRegStr HKCU "Software\Classes\${BUNDLE_PROGID}" "" "Slicelens model"
  WriteRegStr HKCU "Software\Classes\${BUNDLE_PROGID}\DefaultIcon" "" "$INSTDIR\slicelensw.exe,0"
  WriteRegStr HKCU "Software\Classes\${BUNDLE_PROGID}\shell\open\command" "" '"$INSTDIR\slicelensw.exe" "%1"'
  WriteRegStr HKCU "Software\Classes\.slb" "" "${BUNDLE_PROGID}"
  !insertmacro EACH_EXTENSION OFFER
  !insertmacro TELL_EXPLORER

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME} (${EDITION})"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\slicelensw.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "Slicelens"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  SetShellVarContext current
  !insertmacro END_IF_ANOTHER_PROGRAM
  !insertmacro END_IF_HELD "$INSTDIR\slicelensw.exe"
  !insertmacro END_IF_HELD "$INSTDIR\slicelens.exe"
  SetOutPath "$PROFILE"
  RMDir /r "$INSTDIR\_internal"
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    !insertmacro FAIL "A file in $INSTDIR\_internal is in use. Close what has it open, and remove Slicelens again."
  ${EndIf}
  Delete "$INSTDIR\slicelens.exe"
  Delete "$INSTDIR\slicelensw.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir /r "${NEW}"
  RMDir /r "${OLD}"
  ; Not /r: a folder in which somebody keeps something else stays.
  RMDir "$INSTDIR"
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 != "$INSTDIR"
    ; Another one, installed later, has the menu and the file types.
    Return
  ${EndIf}
  Delete "$SMPROGRAMS\Slicelens.lnk"
  DeleteRegKey HKCU "${PATHS_KEY}"
  DeleteRegKey HKCU "Software\Classes\${PROGID}"
  DeleteRegKey HKCU "Software\Classes\${BUNDLE_PROGID}"
  ReadRegStr $0 HKCU "Software\Classes\.slb" ""
  ${If} $0 == "${BUNDLE_PROGID}"
    DeleteRegKey HKCU "Software\Classes\.slb"
  ${EndIf}
  !insertmacro EACH_EXTENSION NO_LONGER_OFFER
  !insertmacro TELL_EXPLORER
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
SectionEnd
