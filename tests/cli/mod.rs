//! The program itself, run as a process.

mod api_keys;
mod demo;
mod embedded;
mod floods;
mod migrate;
mod program;
mod secrets;
mod serve;
mod settings;
