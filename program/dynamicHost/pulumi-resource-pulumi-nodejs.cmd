@rem What the engine starts for dynamic resources on Windows. Not tried.
@node "%~dp0..\..\dist\program\dynamicHost\main.js" %*
