package pdfgrammar

import (
	"fmt"
	"strings"
)

// tags gives the file a structure tree now and then.
func (b *builder) tags() {
	if !b.chance(4) {
		return
	}
	b.parent = 1
	b.root = b.add(dict("Type", "/StructTreeRoot", "ParentTreeNextKey", "1"))
	top := b.add(dict("Type", "/StructElem", "S", "/Document", "P", ref(b.root)))
	text := b.add(dict("Type", "/StructElem", "S", "/P", "P", ref(top), "Pg", ref(firstPage), "K", "0"))
	b.parents = b.add(dict("Nums", "[0["+ref(text)+"]]"))
	b.elements = []int{top, text}
	b.objects[top].set("K", "["+ref(text)+"]")
	b.objects[b.root].set("K", "["+ref(top)+"]")
	b.objects[b.root].set("ParentTree", ref(b.parents))
	b.objects[catalog].set("StructTreeRoot", ref(b.root))
	b.objects[catalog].set("MarkInfo", "<</Marked true>>")
	b.tell(false, "tagged")
	if b.theme == plain || !b.chance(3) {
		return
	}
	// Objects of the structure that have another part too.
	n := pick(b, b.root, top, text, b.parents)
	switch b.IntN(4) {
	case 0:
		b.annots[0] = append(b.annots[0], ref(n))
	case 1:
		b.objects[catalog].set("PageLabels", ref(n))
	case 2:
		b.objects[firstPage].set("Group", ref(n))
	default:
		b.objects[firstPage].set("Resources", ref(n))
	}
	b.tell(true, fmt.Sprintf("object %d of the structure has another part", n))
}

// tag gives the widget of a new field an element of its own, as programs do that
// sign tagged files.
func (b *builder) tag(widget, page int) {
	if b.root == 0 || b.chance(4) {
		return
	}
	b.objects[widget].set("StructParent", fmt.Sprint(b.parent))
	if b.chance(4) {
		return
	}
	alt := ""
	if b.chance(2) {
		alt = "(Signature)"
	}
	element := dict("Type", "/StructElem", "S", "/Form", "P", ref(b.root), "Pg", ref(pageObject(page)),
		"K", "<</Type/OBJR/Obj "+ref(widget)+"/Pg "+ref(pageObject(page))+">>")
	if alt != "" {
		element.set("Alt", alt)
	}
	kid := b.ref(element)
	b.enter(b.root, "K", kid)
	nums := b.objects[b.parents].get("Nums")
	b.edit(b.parents).set("Nums", strings.TrimSuffix(nums, "]")+fmt.Sprintf(" %d %s]", b.parent, kid))
	b.parent++
	b.edit(b.root).set("ParentTreeNextKey", fmt.Sprint(b.parent))
	b.tell(false, "with an element of the structure")
}
