//! ```text
//!     FOR PROBLEM            ON                    WHAT
//!   1m08s full-queue         queue results         full with 4 items, nothing taken out for 1m08s; ...
//!
//!  full with 4 items, nothing taken out for 1m08s; 3 in put: worker-1 at src/pool.rs:40, ...
//!
//!  The queue is full, putters wait for room, and nobody has taken an item out since.
//!  Who is to take items out? Look among the waiters (2) for where that thread is blocked.
//! ```

use super::{Theme, layout, list, table};
use crate::app::App;
use crate::escape::escape;
use crate::model::Problem;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Cell, Paragraph, Row, Wrap};

const FOR: usize = 7;
const RULE: usize = 18;

/// The table of what looks wrong; below it more on the selected one, if there is room.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let [lines, note] = layout::problems(area);
    let left = usize::from(lines.width).saturating_sub(FOR + RULE + 3);
    let on = (left / 3).max(12);
    let what = left.saturating_sub(on);
    let (problems, selected) = app.visible_problems(usize::from(lines.height.saturating_sub(1)));
    let problems: Vec<&Problem> = problems.collect();
    let rows = problems.iter().map(|problem| row(problem, on, what, theme));
    let head = [
        table::right("FOR".to_owned()),
        Cell::from("PROBLEM"),
        Cell::from("ON"),
        Cell::from("WHAT"),
    ];
    let layout = (list::widths([FOR, RULE, on, what]), selected);
    list::draw(Row::new(head), rows, layout, theme, frame, lines);
    if let Some(problem) = selected.and_then(|at| problems.get(at)) {
        let said = [
            Line::raw(problem.text.clone()),
            Line::raw(""),
            Line::raw(problem.rule.explanation()),
            Line::styled(problem.rule.advice(), theme.title()),
        ];
        let note =
            Rect { x: note.x + 1.min(note.width), width: note.width.saturating_sub(2), ..note };
        let text = Paragraph::new(said.to_vec()).wrap(Wrap { trim: true });
        frame.render_widget(text, note);
    }
}

fn row(problem: &Problem, on: usize, what: usize, theme: Theme) -> Row<'static> {
    let name = format!("{} {}", problem.on.kind.label(), escape(&problem.on.name));
    Row::new([
        table::right(theme.symbols.age(problem.age_us)).style(theme.bad()),
        Cell::from(problem.rule.label()).style(theme.bad()),
        Cell::from(theme.symbols.clip(&name, on).into_owned()),
        Cell::from(theme.symbols.clip(&problem.text, what).into_owned()),
    ])
}
