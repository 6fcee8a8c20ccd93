//! What became of a wish, for a moment, or else:
//!
//! ```text
//!  Enter details  / filter  s sort  r reverse  ...
//! ```

use super::Theme;
use crate::app::App;
use crate::keys::{Command, Context};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The keys that count now.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if let Some(said) = app.said() {
        let line = Line::styled(format!(" {said}"), theme.notable());
        return frame.render_widget(Paragraph::new(line), area);
    }
    let context = app.key_context();
    let keymap = app.keymap();
    let is_replay = app.replay().is_some() && context.is_behind_replay();
    let of_replay = is_replay.then(|| keymap.in_context(Context::Replay)).into_iter().flatten();
    let mut spans = vec![Span::raw(" ")];
    // Beside those of a recording there is room for the most needed; the help has the others.
    let is_needed = |command| {
        matches!(command, Command::Filter | Command::Back | Command::Help | Command::Quit)
    };
    let others =
        keymap.in_context(context).filter(|bound| !is_replay || is_needed(bound.binding.command));
    for bound in of_replay.chain(others) {
        let label = keymap.label(bound, theme.symbols);
        if let (Some(short), false) = (bound.binding.short, label.is_empty()) {
            spans.push(Span::styled(label, theme.key()));
            spans.push(Span::styled(format!(" {short}  "), theme.dim()));
        }
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}
