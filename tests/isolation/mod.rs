//! No business sees, changes or guesses at another's: by actor, from HTTP down to plain SQL.

mod context;
mod privileges;
mod supabase;
mod takeover;
