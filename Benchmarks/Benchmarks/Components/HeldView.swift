/// A view of what `owner` keeps in a `let` for its whole life, lent by the owner.
///
/// The compiler does not follow a view through an object inside of another.
@_lifetime(borrow owner)
func held<Owner: AnyObject>(_ view: RawSpan, by owner: borrowing Owner) -> RawSpan {
  // SAFETY: whoever calls this keeps the view's lender in a `let` of `owner`; see the two calls.
  unsafe _overrideLifetime(view, borrowing: owner)
}
