//! Behaviors a user can see, through the library's front door or the command itself. One binary, linked once.

mod layers;
