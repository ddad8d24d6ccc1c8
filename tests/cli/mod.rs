//! The program itself, as people run it.

mod api_keys;
mod demo;
mod floods;
mod migrate;
mod program;
mod secrets;
mod serve;
mod settings;
