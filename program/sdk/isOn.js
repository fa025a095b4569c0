"use strict";

/** Whether the shortcuts are taken: MSSP_SDK_SHORTCUTS=off turns all of them off. */
exports.isOn = process.env.MSSP_SDK_SHORTCUTS !== "off";
